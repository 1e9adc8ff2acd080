import type { ContactData } from '../core/Account.js';
import type { EventContext } from '../events/accountEvents.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { AccountDocument } from '../requests/SessionRequest.js';

const WARNING =
  'An account was created that nobody can log in to. Its e-mail address must be verified first, but ' +
  'no message was sent, because the option `delivery` is missing. Set `delivery` (to an Outbox during ' +
  'development), or listen to VerificationNotSent and send the token of addEmailVerificationToken yourself.';

/**
 * Says of a new account that nobody can log in to it, where the options leave that to the application.
 *
 * It is not refused: the application may send the token itself, which the options do not tell.
 */
export class UnsentVerification {
  readonly #core: Pick<AccountsCore, 'delivery' | 'events' | 'requireActivation'>;
  #hasWarned = false;

  constructor(core: Pick<AccountsCore, 'delivery' | 'events' | 'requireActivation'>) {
    this.#core = core;
  }

  /**
   * Emits `VerificationNotSent`; where no listener hears that, warns once by Node's
   * `process.emitWarning`.
   */
  async report(
    account: AccountDocument,
    contacts: readonly ContactData[],
    eventContext: EventContext,
  ): Promise<void> {
    const { delivery, events } = this.#core;
    if (delivery.isConfigured || !this.#needsVerification(account, contacts)) return;
    if (!events.hasListener('VerificationNotSent') && !this.#hasWarned) {
      this.#hasWarned = true;
      process.emitWarning(WARNING, {
        type: 'LatchkeyWarning',
        code: 'LATCHKEY_VERIFICATION_NOT_SENT',
      });
    }
    await events.emit('VerificationNotSent', eventContext);
  }

  /** Tells whether nobody logs in before the address is verified. */
  #needsVerification({ username }: AccountDocument, contacts: readonly ContactData[]): boolean {
    if (!contacts.some(({ kind }) => kind === 'email')) return false;
    if (this.#core.requireActivation) return true;
    // By an identity of another provider, the application logs in itself.
    const others = contacts.some(({ kind }) => kind !== 'email' && kind !== 'phone');
    return username === undefined && !others;
  }
}
