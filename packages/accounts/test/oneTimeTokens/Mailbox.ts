import { setImmediate as tick } from 'node:timers/promises';
import type { Message, MessageKind } from '../../src/delivery/Delivery.js';

/** Keeps what is sent to people. */
export class Mailbox {
  messages: Message[] = [];
  readonly send = (message: Message): void => {
    this.messages.push(message);
  };

  /** What has come since the last look. */
  async take(): Promise<Message[]> {
    // Flows on public forms do not wait for their message.
    await tick();
    await tick();
    return this.messages.splice(0);
  }

  /** The token of the only message of a kind that has come since the last look. */
  async token(kind: MessageKind): Promise<string> {
    const messages = (await this.take()).filter((message) => message.kind === kind);
    const [{ token } = {}] = messages;
    if (messages.length !== 1 || token === undefined) {
      throw new Error(`expected one message with a token, but got ${String(messages.length)}`);
    }
    return token;
  }
}
