export { openApi, type OpenApiOptions } from './openApi.js';
