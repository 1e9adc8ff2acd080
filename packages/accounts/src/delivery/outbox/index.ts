export { Outbox, type OutboxMessage, type OutboxOptions } from './Outbox.js';
