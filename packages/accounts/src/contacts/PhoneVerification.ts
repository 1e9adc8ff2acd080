import type { AccountToken, InferWithSecrets } from '@latchkey/schema';
import type { ActingAccount } from '../core/actingAccount.js';
import type { AccountsCore } from '../core/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { placeholderId } from '../login/placeholderId.js';
import { pendingTokens } from '../core/pendingTokens.js';
import { readConnectionInfo } from '../core/SessionRequest.js';
import type { Attempt } from '../throttling/Throttle.js';
import type { Actor } from '../core/Actor.js';
import type { AccountWithContacts, Contact } from '../core/Contact.js';
import { tellOfReplacement } from '../core/notices.js';
import { parsePhone, type PhoneInput } from './parsePhone.js';
import { isPhoneCode, preparePhoneCode } from './preparePhoneCode.js';
import { runForAccount } from './runForAccount.js';
import { verifyContactOperations } from './verifyContactOperations.js';
import { voidSentOperations } from './voidSentOperations.js';

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
   * minutes, unless configured otherwise, and until a newer one is sent. How many a number gets, and
   * an account sends, is limited (`throttling.messages`).
   *
   * @returns to the application, the code.
   * @throws AccountError `InvalidInput`; `ContactNotFound` for a number that the account does not
   *   have; `TooManyRequests`, `UserNotFound`, `AccountDeactivated`, `InvalidSession`,
   *   `ImpersonatedSession`, `TooBusy`, `ServiceUnavailable`; `InvalidConfiguration` with a request,
   *   but no `delivery`.
   */
  readonly requestPhoneVerification = async (
    input: ActingAccount & PhoneInput,
  ): Promise<{ readonly code?: string }> =>
    runForAccount(this.#core, 'RequestVerification', input, async (facts, actor) => {
      facts.method = 'phone_verification';
      const phone = parsePhone(input.phone, input.country, 'phone');
      const { accountId, request } = actor;
      const { delivery, messageLimit } = this.#core;
      // An owner would never see the code.
      if (request) delivery.requireConfigured();
      const family = await actor.read();
      if (family.deactivated) throw new AccountError('AccountDeactivated', {});
      if (!findPhone(family, phone)) throw new AccountError('ContactNotFound', {});
      const { token, operation } = await preparePhoneCode(this.#core, {
        account: family,
        phone,
        request,
      });
      const to = { kind: 'phone', value: phone } as const;
      try {
        await actor.write({
          account: { condition: { deactivated: false } },
          operations: [
            operation,
            ...messageLimit.countOperations({ accountId, to }),
            ...voidSentOperations(this.#core, family, { addresses: [phone] }),
          ],
        });
      } catch (error) {
        throw messageLimit.inItsTerms(error);
      }
      const { accessTypes: _contacts, tokens: _tokens, ...account } = family;
      await delivery.deliver({ kind: 'PhoneVerification', to, account, token });
      return request ? {} : { code: token };
    });

  /**
   * Verifies a phone number by the code that was sent there; a code works once. Three requests. The
   * attempt is counted before the code is looked at, by the number itself: whichever codes were
   * tried, and by whichever account. Only the right one begins the count again (NIST SP 800-63B-4
   * §3.1.3.2). Where the number takes another's place, every session but that of `request` ends.
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` for a code that is wrong, expired,
   *   used, replaced, or for another number; `AccountLocked` and `TooManyRequests`, whatever the
   *   code; `UserNotFound`, `InvalidSession`, `ImpersonatedSession`, `TooBusy`,
   *   `ServiceUnavailable`.
   */
  readonly verifyPhone = async (
    input: ActingAccount & PhoneInput & { readonly code: string },
  ): Promise<void> =>
    runForAccount(this.#core, 'VerifyPhone', input, async (facts, actor) => {
      facts.method = 'phone_verification';
      const phone = parsePhone(input.phone, input.country, 'phone');
      const code = parseCode(input.code);
      const { accountId, request } = actor;
      const { accounts, passwords, throttle } = this.#core;
      const { item: family } = await accounts.findOne({
        filter: { accountId },
        include: { accessTypes: true, tokens: true },
        secrets: true,
        consistent: true,
      });
      if (!family) throw new AccountError('UserNotFound', {});
      actor.requireAlive(family);
      const contact = findPhone(family, phone);
      // Nothing is looked at; and nobody uses up what a number takes that is not theirs.
      if (!contact) throw codeRefused();
      const ip = request && readConnectionInfo(request).ip;
      const attempt = { ...attemptAt(phone), ...(ip !== undefined && { ip }) };
      await throttle.count(attempt);
      const sent = this.#pendingCode(family, phone);
      const { matches } = await throttle.unlessTooBusy(attempt, () =>
        passwords.verify(code, sent?.value),
      );
      if (!sent || !matches) throw codeRefused();
      await this.#consume(actor, family, contact, sent);
      await tellOfReplacement(this.#core, family, contact);
    });

  /**
   * The code that is good: whichever was sent later has made those before it void, which the clocks
   * of two servers need not agree on. Of two that were sent at the same moment it is one, so that a
   * guess is a guess at one code.
   */
  #pendingCode(
    family: AccountWithContacts & { readonly tokens: readonly Code[] },
    phone: string,
  ): Code | undefined {
    const codes = codesFor(family.tokens, phone);
    return pendingTokens(codes, this.#core.table.now(), family).at(-1);
  }

  /** Uses a code up, for one of any number of callers (ASVS 6.5.1). */
  async #consume(
    actor: Actor,
    family: AccountWithContacts,
    contact: Contact,
    token: Code,
  ): Promise<void> {
    const { oneTimeTokens, throttle } = this.#core;
    const { createdFor: phone, ulid: except } = token;
    const { request } = actor;
    const verification = verifyContactOperations(this.#core, family, contact, { request, actor });
    const effects = [
      throttle.resetOperation(attemptAt(phone)),
      ...voidSentOperations(this.#core, family, { addresses: [phone], except }),
      ...verification.operations,
    ];
    const usedFrom = request && readConnectionInfo(request);
    try {
      const options = { usedFrom, writesAccount: true };
      await oneTimeTokens.consume({ account: family, token }, effects, options);
    } catch (error) {
      const isUsed = AccountError.is(error) && error.code === 'TokenVerificationFailed';
      throw isUsed ? codeRefused() : actor.inItsTerms(error);
    }
    verification.committed();
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

/** What guesses at a number's codes are counted by, whoever makes them: no account has this id. */
function attemptAt(phone: string): Attempt {
  return { accountId: placeholderId({ kind: 'phone', value: phone }), authenticator: 'phone' };
}

function parseCode(value: unknown): string {
  if (typeof value === 'string' && isPhoneCode(value)) return value;
  const reason = typeof value === 'string' ? 'notValid' : 'notAString';
  throw new AccountError('InvalidInput', { path: 'code', reason });
}

function codeRefused(): AccountError<'TokenVerificationFailed'> {
  return new AccountError('TokenVerificationFailed', { path: 'code' });
}
