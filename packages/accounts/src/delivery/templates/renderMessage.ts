import type { Message } from '../Delivery.js';
import { MessageRenderer, type RenderedMessage, type RenderOptions } from './MessageRenderer.js';

/**
 * Words a message to an account's owner: for a sender of the application's own.
 *
 * @param message - What `delivery.send` is given.
 * @param options - The application's name and address; perhaps its languages and templates.
 * @throws AccountError `InvalidConfiguration` for an option that cannot be used; `InvalidInput` with
 *   the path `token` for a message without the token that its kind needs.
 * @example
 * ```ts
 * import { renderMessage, type Message } from '@latchkey/accounts';
 *
 * export function toMail(message: Message) {
 *   const { subject, text, html } = renderMessage(message, {
 *     applicationName: 'My application',
 *     baseUrl: 'https://my-application.example',
 *   });
 *   return { to: message.to.value, subject, text, html };
 * }
 * ```
 */
export function renderMessage(message: Message, options: RenderOptions): RenderedMessage {
  return new MessageRenderer(options).render(message);
}
