import type { AccountToken, InferWithSecrets } from '@latchkey/schema';
import type { ActingAccount } from '../accounts/actingAccount.js';
import type { AccountsCore } from '../accounts/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { pendingTokens } from '../oneTimeTokens/pendingTokens.js';
import { voidOperations } from '../oneTimeTokens/voidOperations.js';
import { readConnectionInfo, type ConnectionInfo } from '../sessions/SessionRequest.js';
import type { AccountWithContacts, Contact } from './ContactsAndTokens.js';
import { tellOfReplacement } from './notices.js';
import { parsePhone, type PhoneInput } from './parsePhone.js';
import { isPhoneCode, preparePhoneCode } from './preparePhoneCode.js';
import { readAccount } from './readAccount.js';
import { runForAccount } from './runForAccount.js';
import { verifyContactOperations } from './verifyContactOperations.js';

type Code = InferWithSecrets<typeof AccountToken>;

/** Who can be reached at which phone number. */
export class PhoneVerification {
  readonly #core: AccountsCore;

  /** @internal */
  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /**
   * Sends a code of six digits to a phone number of an account: two requests. It is good for 10
   * minutes, unless configured otherwise, and until a newer one is sent. How often codes were tried
   * is counted on, whichever of them it was (NIST SP 800-63B-4 §3.1.3.2).
   *
   * @returns to the application, the code.
   * @throws AccountError `InvalidInput`; `ContactNotFound` for a number that the account does not
   *   have; `UserNotFound`, `AccountDeactivated`, `InvalidSession`, `ImpersonatedSession`,
   *   `TooBusy`, `ServiceUnavailable`.
   */
  readonly requestPhoneVerification = async (
    input: ActingAccount & PhoneInput,
  ): Promise<{ readonly code?: string }> =>
    runForAccount(this.#core, 'RequestVerification', input, async (facts) => {
      facts.method = 'phone_verification';
      const phone = parsePhone(input.phone, input.country, 'phone');
      const { accountId } = facts;
      const { accounts, delivery, table } = this.#core;
      const family = await readAccount(this.#core, accountId);
      if (family.deactivated) throw new AccountError('AccountDeactivated', {});
      if (!findPhone(family, phone)) throw new AccountError('ContactNotFound', {});
      const { token, operation } = await preparePhoneCode(this.#core, {
        accountId,
        phone,
        ...(input.request && { request: input.request }),
      });
      await table.transact([
        operation,
        accounts.checkOperation({ filter: { accountId }, condition: { deactivated: false } }),
        ...voidOperations(this.#core, codesFor(family.tokens, phone), { now: table.now() }),
      ]);
      const { accessTypes: _contacts, tokens: _tokens, ...account } = family;
      const to = { kind: 'phone', value: phone } as const;
      await delivery.deliver({ kind: 'PhoneVerification', to, account, token });
      return input.request === undefined ? { code: token } : {};
    });

  /**
   * Verifies a phone number by the code that was sent there; a code works once. Three requests. The
   * attempt is counted before the code is looked at; a success begins the count again.
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` for a code that is wrong, expired,
   *   used, replaced, or for another number; `AccountLocked` and `TooManyRequests`, whatever the
   *   code; `UserNotFound`, `InvalidSession`, `ImpersonatedSession`, `TooBusy`,
   *   `ServiceUnavailable`.
   */
  readonly verifyPhone = async (
    input: ActingAccount & PhoneInput & { readonly code: string },
  ): Promise<void> =>
    runForAccount(this.#core, 'VerifyPhone', input, async (facts) => {
      facts.method = 'phone_verification';
      const phone = parsePhone(input.phone, input.country, 'phone');
      const code = parseCode(input.code);
      const { accountId } = facts;
      const { accounts, passwords, throttle } = this.#core;
      const usedFrom = input.request && readConnectionInfo(input.request);
      const { item: family } = await accounts.findOne({
        filter: { accountId },
        include: { accessTypes: true, tokens: true },
        secrets: true,
        consistent: true,
      });
      if (!family) throw new AccountError('UserNotFound', {});
      await throttle.count({
        accountId,
        authenticator: 'phone',
        ...(usedFrom && { ip: usedFrom.ip }),
      });
      const sent = this.#pendingCode(family.tokens, phone);
      const contact = findPhone(family, phone);
      // One comparison for everybody, whether there is a code or not.
      const { matches } = await passwords.verify(code, contact && sent?.value);
      if (!contact || !sent || !matches) throw codeRefused();
      await this.#consume(family, contact, sent, usedFrom);
      await tellOfReplacement(this.#core, family, contact);
    });

  /** The code that was sent last, if it is still good: those before it are not, whoever has them. */
  #pendingCode(tokens: readonly Code[], phone: string): Code | undefined {
    const newest = codesFor(tokens, phone).at(-1);
    return newest && pendingTokens([newest], this.#core.table.now())[0];
  }

  /** Uses a code up, for one of any number of callers (ASVS 6.5.1). */
  async #consume(
    family: AccountWithContacts,
    contact: Contact,
    token: Code,
    usedFrom: ConnectionInfo | undefined,
  ): Promise<void> {
    const { oneTimeTokens, throttle } = this.#core;
    const { accountId, ulid: except } = token;
    const effects = [
      throttle.resetOperation({ accountId, authenticator: 'phone' }),
      ...verifyContactOperations(this.#core, family, contact, { except }),
    ];
    try {
      await oneTimeTokens.consume({ token }, effects, usedFrom);
    } catch (error) {
      const isUsed = AccountError.is(error) && error.code === 'TokenVerificationFailed';
      throw isUsed ? codeRefused() : error;
    }
  }
}

function findPhone({ accessTypes }: AccountWithContacts, phone: string): Contact | undefined {
  return accessTypes.find(({ data }) => data.kind === 'phone' && data.value === phone);
}

/** The codes that were sent to a number, oldest first. */
function codesFor<T extends AccountWithContacts['tokens'][number]>(
  tokens: readonly T[],
  phone: string,
): T[] {
  return tokens.filter(
    ({ kind, createdFor }) => kind === 'phone_verification' && createdFor === phone,
  );
}

function parseCode(value: unknown): string {
  if (typeof value === 'string' && isPhoneCode(value)) return value;
  const reason = typeof value === 'string' ? 'notValid' : 'notAString';
  throw new AccountError('InvalidInput', { path: 'code', reason });
}

function codeRefused(): AccountError<'TokenVerificationFailed'> {
  return new AccountError('TokenVerificationFailed', { path: 'code' });
}
