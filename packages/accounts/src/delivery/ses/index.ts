export { sesSender, type SesClient, type SesSenderOptions } from './sesSender.js';
