export { emfEvents, type EmfOptions } from './emfEvents.js';
export { logEvents, type MessageFirstLogger, type ObjectFirstLogger } from './logEvents.js';
