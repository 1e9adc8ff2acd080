import type { Message } from '../Delivery.js';
import { MessageRenderer, type RenderedMessage, type RenderOptions } from './MessageRenderer.js';

/**
 * Renders a message to an account's owner, for a custom sender.
 *
 * @param message - The argument of `delivery.send`.
 * @param options - The application's name and URL; optionally languages and templates.
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
