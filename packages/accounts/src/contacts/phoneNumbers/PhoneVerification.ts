import {
  type Account,
  type StoredToken,
  type Token,
  documentOf,
  type Contact,
} from '../../core/Account.js';
import type { AccountChange } from '../../core/AccountChange.js';
import type { AccountsCore } from '../../flows/AccountsCore.js';
import type { ActingAccount } from '../../core/actingAccount.js';
import { changeAccount } from '../../core/changeAccount.js';
import { pendingTokens } from '../../core/pendingTokens.js';
import { AccountError } from '../../errors/AccountError.js';
import { placeholderId } from '../../identifiers/placeholderId.js';
import type { Attempt } from '../../throttling/Throttle.js';
import { isSixDigitCode } from '../../tokens/sixDigitCode.js';
import { addressAttempt, addressDigest } from '../../login/loginCode.js';
import { createPhoneCode } from '../createPhoneCode.js';
import { requirePhones, type PhoneInput } from '../../identifiers/PhoneParser.js';
import { revokeSentOperations } from '../revokeSentOperations.js';
import { verifyContact } from '../verifyContact.js';

/** Verifies the phone numbers of accounts; it comes with `phoneNumbers()` alone. */
export class PhoneVerification {
  readonly #core: AccountsCore;
  readonly #codesLogIn: boolean;

  /**
   * @internal
   * @param codesLogIn - tells whether codes log in: a number that is verified again takes them again.
   */
  constructor(core: AccountsCore, codesLogIn: boolean) {
    this.#core = core;
    this.#codesLogIn = codesLogIn;
  }

  /** Carries out {@link Contacts.requestPhoneVerification}. */
  async requestPhoneVerification(
    input: ActingAccount & PhoneInput,
  ): Promise<{ readonly code?: string }> {
    return changeAccount(
      this.#core,
      { flow: 'RequestVerification', method: 'phone_verification', input },
      async (flow) => {
        const phone = requirePhones(this.#core.phones).parse(input.phone, input.country, 'phone');
        const { accountId, request } = flow.actor;
        const { delivery, messageLimit, oneTimeTokens } = this.#core;
        // An owner would never see the code.
        if (request) delivery.requireConfigured();
        const account = await flow.load();
        if (account.deactivated) throw new AccountError('AccountDeactivated', {});
        if (!findPhone(account, phone)) throw new AccountError('ContactNotFound', {});
        const { code, hash } = await createPhoneCode(this.#core);
        const to = { kind: 'phone', value: phone } as const;
        const decide = (change: AccountChange): (() => void) => {
          const { operation } = oneTimeTokens.prepare({
            accountId,
            account: change.account,
            kind: 'phone_verification',
            createdFor: phone,
            token: code,
            storedAs: hash,
            ...(request && { request }),
          });
          change
            .require({ deactivated: false }, ({ deactivated }) =>
              deactivated ? new AccountError('AccountDeactivated', {}) : undefined,
            )
            .writeAll([
              operation,
              ...revokeSentOperations(this.#core, change.account, { addresses: [phone] }),
            ])
            .writeAll(
              messageLimit.countOperations({ accountId, to }),
              messageLimit.toMessageLimitError,
            );
          return () => undefined;
        };
        await flow.commit(account, decide);
        const document = documentOf(account);
        await delivery.deliver({ kind: 'PhoneVerification', to, account: document, token: code });
        return request ? {} : { code };
      },
    );
  }

  /** Carries out {@link Contacts.verifyPhone}. */
  async verifyPhone(input: ActingAccount & PhoneInput & { readonly code: string }): Promise<void> {
    return changeAccount(
      this.#core,
      { flow: 'VerifyPhone', method: 'phone_verification', input },
      async (flow) => {
        const phone = requirePhones(this.#core.phones).parse(input.phone, input.country, 'phone');
        const code = parseCode(input.code);
        const { request } = flow.actor;
        const { passwords, throttle } = this.#core;
        const account = await flow.load({ secrets: true, session: true });
        // Nothing is looked at; and nobody uses up what a number takes that is not theirs.
        if (!findPhone(account, phone)) throw codeRefused();
        const usedFrom = request && this.#core.connectionOf(request);
        const attempt = { ...attemptAt(phone), ...(usedFrom && { ip: usedFrom.ip }) };
        await throttle.recordAttempt(attempt);
        const sent = this.#pendingCode(account, phone);
        const { matches } = await throttle.unlessTooBusy(attempt, () =>
          passwords.verify(code, sent?.value),
        );
        if (!sent || !matches) throw codeRefused();
        await flow.commit(account, (change) => {
          const contact = findPhone(change.account, phone);
          if (!contact) throw codeRefused();
          // Uses a code up, for one of any number of callers (ASVS 6.5.1).
          change.useToken(sent, codeRefused, usedFrom).writeAll([
            throttle.resetOperation(attemptAt(phone)),
            ...(this.#codesLogIn
              ? [throttle.forgetOperation(addressAttempt(addressDigest(phone)))]
              : []),
            ...revokeSentOperations(this.#core, change.account, {
              addresses: [phone],
              except: sent.ulid,
            }),
          ]);
          verifyContact(this.#core, change, contact);
          return () => undefined;
        });
      },
    );
  }

  /**
   * Finds the code that is good: whichever was sent later has made those before it void, which the
   * clocks of two servers need not agree on. Of two that were sent at the same moment it is one, so
   * that a guess is a guess at one code.
   */
  #pendingCode(account: Account<StoredToken>, phone: string): StoredToken | undefined {
    const codes = codesFor(account.tokens, phone);
    return pendingTokens(codes, this.#core, account).at(-1);
  }
}

function findPhone({ accessTypes }: Account, phone: string): Contact | undefined {
  return accessTypes.find(({ data }) => data.kind === 'phone' && data.value === phone);
}

/** The codes that were sent to a number, oldest first. */
function codesFor<T extends Token>(tokens: readonly T[], phone: string): T[] {
  return tokens.filter(
    ({ kind, createdFor }) => kind === 'phone_verification' && createdFor === phone,
  );
}

/**
 * Counter for guesses at the codes of one phone number, whoever makes them: no account has the
 * counter's id.
 */
function attemptAt(phone: string): Attempt {
  return { accountId: placeholderId({ kind: 'phone', value: phone }), authenticator: 'phone' };
}

function parseCode(value: unknown): string {
  if (isSixDigitCode(value)) return value;
  const reason = typeof value === 'string' ? 'notValid' : 'notAString';
  throw new AccountError('InvalidInput', { path: 'code', reason });
}

function codeRefused(): AccountError<'TokenVerificationFailed'> {
  return new AccountError('TokenVerificationFailed', { path: 'code' });
}
