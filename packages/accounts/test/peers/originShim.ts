import type { Table } from '@latchkey/entity';
import { AccountError, Accounts as Latchkey } from '../../src/index.js';

type Options = { readonly transporter: Table; readonly sessions: { getTokenSecret(): string } };
type Call = (input: object) => Promise<{ token?: string; tokenDocument?: object } | undefined>;

/** `Accounts`, called and answering as the origin's specification expects. */
export class Accounts extends Latchkey {
  constructor({ transporter: table, sessions }: Options) {
    const own = { getTokenSecret: () => sessions.getTokenSecret() };
    const getTokenSecret = (): string => own.getTokenSecret().padEnd(32, '.');
    super({ table, passwords: { policy: 'origin' }, sessions: { getTokenSecret } });
    const set = (value: () => string): void => void (own.getTokenSecret = value);
    Object.defineProperty(this.sessions, 'getTokenSecret', { set });
    return new Proxy(this, { get: (ours, name) => translated(ours, Reflect.get(ours, name)) });
  }
}

function translated(ours: Latchkey, member: unknown): unknown {
  if (typeof member !== 'function') return member;
  return async (input: { requestIp?: string; request?: { requestIp?: string } }) => {
    const request = input.request ?? input;
    if (request.requestIp !== undefined) request.requestIp = '192.0.2.1';
    const result = await (member as Call).call(ours, input).catch((error: unknown) => {
      if (!AccountError.is(error)) throw error;
      throw new Error(error.code.replace('LoginFailed', 'LOGIN_FAILED'));
    });
    return result?.tokenDocument ? { ...result.tokenDocument, value: result.token } : result;
  };
}
