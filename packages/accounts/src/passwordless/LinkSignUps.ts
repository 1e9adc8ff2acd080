import { EntityError } from '@latchkey/entity';
import { isContactTaken } from '../core/claims.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { Invitation } from '../flows/sendLink.js';
import type { CompletedLogin } from '../login/completeLogin.js';
import type { InvitedLogin, LinkSignUp } from '../magicLinks/LinkSignUp.js';
import { tokenRefused } from '../oneTimeTokens/OneTimeTokens.js';
import type { AccountCreation } from '../signUp/AccountCreation.js';
import { parseAccountFields } from '../signUp/parseNewAccount.js';

/** Returns the fields of a new account: `username`, `profile` and the application's own. */
export type FieldsOfAddress = (email: string) => Readonly<Record<string, unknown>>;

/** Makes accounts for readers of addresses that none has. */
export class LinkSignUps implements LinkSignUp {
  readonly #core: AccountsCore;
  readonly #creation: AccountCreation;
  readonly #toAccount: FieldsOfAddress;

  constructor(core: AccountsCore, creation: AccountCreation, toAccount: FieldsOfAddress) {
    this.#core = core;
    this.#creation = creation;
    this.#toAccount = toAccount;
  }

  async invite({ accountId, email, token, code }: Invitation): Promise<void> {
    const { accounts, delivery } = this.#core;
    await delivery.afterwards({ method: 'SignUpLink' }, async () => {
      // The account as it would be: nothing is written.
      const { result: account } = await accounts
        .createOneOperation({ item: { accountId, permissions: [] } })
        .prepare();
      const to = { kind: 'email', value: email } as const;
      await delivery.deliver({
        kind: 'SignUpLink',
        to,
        account,
        token,
        ...(code !== undefined && { code }),
      });
    });
  }

  /**
   * Makes an account whose one address is verified, uses the token up and begins the session, in one
   * transaction: of any number of callers, one gets it. Claims on the address that were never proven give
   * way.
   *
   * @throws AccountError `TokenVerificationFailed`, also if somebody has verified the address meanwhile.
   */
  async signUp({ token, usedFrom, login }: InvitedLogin): Promise<CompletedLogin> {
    const { request, rememberMe } = login;
    const { accountId, kind, createdFor: email, ulid } = token;
    const use = this.#core.tokens.updateOneOperation({
      filter: { accountId, kind, createdFor: email, ulid },
      condition: { used: { $ne: true } },
      update: {
        $set: { used: true, usageLocations: [{ ip: usedFrom.ip, device: usedFrom.userAgent }] },
      },
    });
    const data = { kind: 'email', value: email } as const;
    return this.#creation.createAccountAndLogin({ request }, () => ({
      proven: {
        fields: parseAccountFields(this.#toAccount(email), this.#core),
        contactsOf: () => [{ data, verified: true }],
        claims: new Map(),
        alongside: [use],
        toRefusal: refusalOf,
      },
      request,
      session: rememberMe === true ? { rememberMe } : {},
      method: 'magicLink',
    }));
  }
}

/** The one answer to an invitation that is used up, or whose address somebody has proven meanwhile. */
function refusalOf(error: unknown): AccountError | undefined {
  const isUsed =
    EntityError.is(error) &&
    (error.code === 'ConditionFailed' || error.code === 'NotFound') &&
    error.details.entity === 'AccountToken';
  return isUsed || isContactTaken(error) ? tokenRefused() : undefined;
}
