import type { AccountsModel } from './AccountsModel.js';
import type { Call } from './calls.js';
import { isFactorRefused } from './factors.js';

/** Codes by which a session, a token or an account that has ended is refused. */
const SESSION_ENDED: ReadonlySet<string> = new Set([
  'InvalidSession',
  'TokenVerificationFailed',
  'UserNotFound',
]);

/**
 * Calls that hold for one reading of the factors: beside another call that carries their session over to a
 * new generation, they are refused, and can be made again.
 */
const ON_ONE_READING: ReadonlySet<string> = new Set(['enrolTotp', 'confirmTotp', 'disableTotp']);

/**
 * Tells whether a call can be refused with this code. A refused call has not happened, but for what its
 * refusal says: a token that comes back ends its session, and `EmailRemoved` removes the address.
 */
export function isRefused(model: AccountsModel, call: Call, code: string): boolean {
  const { accounts, usernames, emails, identities, sessions, values } = model.state;
  switch (code) {
    case 'UsernameAlreadyExists':
      return 'name' in call && call.name in usernames;
    case 'EmailAlreadyExists': {
      const email = 'newEmail' in call ? call.newEmail : 'email' in call && call.email;
      return typeof email === 'string' && model.isTaken(email);
    }
    case 'IdentityAlreadyExists':
      return call.kind === 'addIdentity' && call.identity in identities;
    case 'ContactNotFound':
      if ('identity' in call) {
        return 'session' in call && identities[call.identity] !== sessions[call.session]?.of;
      }
      return 'session' in call && 'email' in call && !model.has(call.session, call.email);
    case 'EmailRemoved':
      return (
        call.kind === 'verifyEmail' &&
        sessions[call.session]?.of !== values[call.from]?.of &&
        model.removesByToken(call.from)
      );
    case 'EmailAlreadyVerified':
      return call.kind === 'verifyEmail' && model.isVerifiedBy(call.from);
    case 'AccountDeactivated':
      return isOwnerOut(model, call);
    case 'TwoFactorRequired':
      return model.waitsForFactor(call);
    case 'InvalidInput':
      // Enrolled without a factor where the account has one.
      return (
        call.kind === 'enrolTotp' &&
        call.step === undefined &&
        model.byOwner(call.session, (_owner, { totp }) => totp !== null)
      );
    case 'LoginFailed': {
      if (call.kind === 'changePassword') {
        const session = sessions[call.session];
        return !session || accounts[session.of]?.password !== call.current;
      }
      const owner = call.kind === 'login' ? model.loginOwner(call.name) : undefined;
      if (call.kind !== 'login') return false;
      return (
        owner === undefined || accounts[owner]?.password !== call.password || model.isGoing(owner)
      );
    }
    default:
      break;
  }
  if (!SESSION_ENDED.has(code)) return false;
  if ('session' in call) {
    const session = sessions[call.session];
    if (!session || !model.isActive(session)) return true;
    if (call.token !== session.current && call.token !== session.previous) {
      // A token that comes back ends the session.
      session.isAlive = false;
      return true;
    }
    if (code === 'InvalidSession' && ON_ONE_READING.has(call.kind)) return true;
    if (isFactorRefused(model, call)) return code === 'TokenVerificationFailed';
    if (call.kind !== 'verifyEmail') return false;
    const value = values[call.from];
    if (!model.isGood(value, 'email')) return true;
    const email = emails[value.email ?? ''];
    return email?.of !== value.of || email.status === 'lapsed';
  }
  if ('from' in call) {
    const value = values[call.from];
    if (!value?.isOpen || !(value.of in accounts) || model.isGoing(value.of)) return true;
    if (value.kind === 'link') return !model.isVerifiedOf(value);
    return isFactorRefused(model, call);
  }
  if (!('accountId' in call)) return false;
  const owner = model.ownerOf(call.accountId);
  return code === 'UserNotFound' && owner !== undefined && model.isGoing(owner);
}

/** Tells whether nobody gets into the account that a call is about: it is deactivated, or being deleted. */
function isOwnerOut(model: AccountsModel, call: Call): boolean {
  const { accounts, sessions, values } = model.state;
  const isOut = (owner: string | undefined): boolean => {
    const account = owner === undefined ? undefined : accounts[owner];
    return account !== undefined && (account.isDeactivated || account.isDeleting);
  };
  if (call.kind === 'login') {
    // The name is looked up before the account is read, and may be another's by then.
    return Object.entries(accounts).some(
      ([owner, { password }]) => password === call.password && isOut(owner),
    );
  }
  if ('session' in call) return isOut(sessions[call.session]?.of);
  if ('from' in call) return isOut(values[call.from]?.of);
  return 'accountId' in call && isOut(model.ownerOf(call.accountId));
}
