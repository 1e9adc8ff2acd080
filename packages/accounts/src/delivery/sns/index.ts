export { snsSender, type SnsClient, type SnsSenderOptions } from './snsSender.js';
