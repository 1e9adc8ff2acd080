import type { AccessType, InferWithSecrets } from '@latchkey/schema';
import { verifyContact } from '../contacts/verifyContact.js';
import { mailboxContact, type Account, type Contact } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { isAddition } from '../core/isLapsed.js';
import type { Flow } from '../core/changeAccount.js';
import { AccountError } from '../errors/AccountError.js';
import { hasPassword } from '../flows/hasLoginMethod.js';
import { parseNewPassword } from '../passwordChanges/replacePassword.js';
import type { Attempt } from '../throttling/Throttle.js';
import { isPasswordDisabledAtLogin } from '../flows/isPasswordDisabled.js';
import { digestMatches } from '../tokens/digestSecret.js';
import type { ShownByHolder } from '../flows/changeByToken.js';
import type { VerifyEmailWithTokenInput } from '../emailVerification/EmailVerification.js';
import { tokenRefused } from '../oneTimeTokens/OneTimeTokens.js';
import { takeOverAccount } from './takeOverAccount.js';

/** Values that are presented along with the token. */
type Shown = Pick<VerifyEmailWithTokenInput, 'handle' | 'newPassword' | 'password'>;

/** A proof that who shows the token has made the account. */
interface HolderProof {
  /** The attempt at the password, which is forgotten with the success. */
  readonly attempt?: Attempt;
}

/**
 * Decides what an e-mail token does: see `EmailVerification.verifyEmailWithToken`.
 *
 * @throws AccountError `NewPasswordRequired`, `EmailRemoved`, `LoginFailed`, …
 */
export async function confirmEmail(
  core: AccountsCore,
  flow: Flow,
  { account, token, usedFrom }: ShownByHolder,
  shown: Shown,
): Promise<void> {
  const contact = mailboxContact(account, token.createdFor);
  if (!contact) throw tokenRefused();
  const use = (change: AccountChange): Contact => {
    const current = mailboxContact(change.account, token.createdFor);
    if (!current) throw tokenRefused();
    change.useToken(token, tokenRefused, usedFrom);
    return current;
  };
  const isUnclaimed = isAnybodys(account, contact);
  const takeOver = (value?: string): Promise<void> =>
    flow.commit(account, (change) => {
      const current = use(change);
      if (!isAnybodys(change.account, current)) throw tokenRefused();
      takeOverAccount(core, change, { contact: current, value });
      return () => undefined;
    });
  if (isUnclaimed && shown.newPassword !== undefined) {
    const password = await parseNewPassword(core, account, shown.newPassword);
    return takeOver(await core.passwords.hash(password));
  }
  const ip = usedFrom?.ip;
  const proof = await proveHolder(core, flow, account, contact, { ...shown, ip });
  if (proof) {
    return flow.commit(account, (change) => {
      verifyContact(core, change, use(change));
      if (proof.attempt) change.write(core.throttle.resetOperation(proof.attempt));
      return () => undefined;
    });
  }
  if (isUnclaimed && !hasPassword(account)) return takeOver();
  if (isUnclaimed) throw new AccountError('NewPasswordRequired', {});
  await flow.commit(account, (change) => {
    removeClaim(core, change, use(change));
    return () => undefined;
  });
  throw new AccountError('EmailRemoved', {});
}

/**
 * Tells whether an account is that of who reads the mailbox: its sign-up has claimed the address, and nothing shows
 * that somebody else uses it. An address that was added since may be a mistyped one.
 */
function isAnybodys(account: Account, contact: Contact): boolean {
  return !isAddition(contact) && hasProvenNothing(account) && isNobodys(account);
}

/** Tells whether no contact of an account was ever verified; a passkey is anybody's. */
function hasProvenNothing({ accessTypes }: Account): boolean {
  return accessTypes.every(({ verified, data }) => verified !== true || data.kind === 'passkey');
}

/** Tells whether nobody can call an account theirs by a name that opens it together with a password. */
function isNobodys(account: Account): boolean {
  return account.username === undefined || !hasPassword(account);
}

/**
 * Finds out whether who shows the token has made the account.
 *
 * @throws AccountError `InvalidInput`, `LoginFailed`, `AccountLocked`, `TooManyRequests`, `TooBusy`
 */
async function proveHolder(
  core: AccountsCore,
  flow: Flow,
  account: ShownByHolder['account'],
  contact: Contact,
  { handle, password, ip }: Shown & { readonly ip: string | undefined },
): Promise<HolderProof | undefined> {
  // What is verified already changes by nothing that the token does.
  if (flow.actor.request || contact.verified === true) return {};
  if (isHandleOf(contact, handle) && core.acceptsIssuedAt(contact.createdAt)) return {};
  if (password === undefined) return undefined;
  const { passwords, throttle } = core;
  const shown = passwords.parse(password, 'password');
  const { accountId } = account;
  const attempt = {
    accountId,
    authenticator: 'password',
    ...(ip !== undefined && { ip }),
  } as const;
  const counted = await throttle.recordAttempt(attempt);
  const isDisabled = await isPasswordDisabledAtLogin(core, account, counted);
  const stored = account.tokens.filter(({ kind }) => kind === 'password').at(-1);
  const { matches } = await throttle.unlessTooBusy(attempt, () =>
    passwords.verify(shown, isDisabled ? undefined : stored?.value),
  );
  if (!stored || !matches) throw new AccountError('LoginFailed', {});
  return { attempt };
}

function isHandleOf(contact: Contact, handle: unknown): boolean {
  const { handle: digest } = contact as InferWithSecrets<typeof AccessType>;
  return typeof handle === 'string' && digest !== undefined && digestMatches(handle, digest);
}

/** Takes an address from an account that has not proven it, on the word of who reads it. */
function removeClaim(
  { accessTypes, requireActivation }: AccountsCore,
  change: AccountChange,
  contact: Contact,
): void {
  const { account } = change;
  const { data, ulid } = contact;
  const hasOther = account.accessTypes.some(
    (each) => each !== contact && each.data.kind === 'email',
  );
  // An account that waits for a confirmation is not let in by losing the address to confirm.
  if (requireActivation && !hasOther) change.set({ deactivated: true });
  change.notify({ kind: 'ContactRemoved', contact }).write(
    accessTypes.deleteOneOperation({
      filter: { accountId: account.accountId, 'data.kind': data.kind, ulid },
      condition: { verified: { $ne: true } },
    }),
  );
}
