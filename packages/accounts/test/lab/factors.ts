import type { AccountsModel } from './AccountsModel.js';
import type { Call } from './calls.js';

/** Lets a call of second factors succeed; false if it cannot. */
export function succeedsWithFactor(model: AccountsModel, call: Call): boolean {
  const { accounts, values } = model.state;
  switch (call.kind) {
    case 'enrolTotp':
      return model.byOwner(call.session, (owner, account) => {
        if (account.totp !== null && !useCode(model, owner, call)) return false;
        for (const value of Object.values(values)) {
          if (value.of !== owner || value.kind !== 'totp') continue;
          // Of several enrolments at once, no clock says which is the last.
          if (value.madeUntil > model.begin) value.isDoubtful = true;
          else value.isOpen = false;
        }
        model.makes({ of: owner, kind: 'totp', email: null, replaces: null });
        return true;
      });
    case 'confirmTotp':
      return model.byOwner(call.session, (owner, account) => {
        const value = values[call.from];
        if (!model.isGood(value, 'totp') || value.of !== owner) return false;
        removeFactors(model, owner);
        account.totp = { from: call.from, last: call.step };
        account.recovery = { from: Number(model.at), used: [] };
        model.endSessions(owner, call.session);
        return true;
      });
    case 'loginByTotp':
    case 'loginByRecoveryCode': {
      const value = values[call.from];
      if (!model.isGood(value, 'challenge') || !model.isUsable(value.of)) return false;
      const isUsed =
        call.kind === 'loginByTotp'
          ? useCode(model, value.of, call)
          : useRecoveryCode(model, value.of, call);
      if (!isUsed) return false;
      value.isOpen = false;
      return model.begins(value.of);
    }
    case 'disableTotp':
      return model.byOwner(call.session, (owner) => {
        if (!useCode(model, owner, call)) return false;
        removeFactors(model, owner);
        model.endSessions(owner, call.session);
        return true;
      });
    case 'resetTwoFactor': {
      const owner = model.ownerOf(call.accountId);
      if (owner === undefined || !accounts[owner]) return false;
      removeFactors(model, owner);
      model.endSessions(owner);
      return true;
    }
    default:
      return false;
  }
}

/** Tells whether a call can be refused since its factor, or its secret, is not good. It changes nothing. */
export function isFactorRefused(model: AccountsModel, call: Call): boolean {
  const { sessions, values } = model.state;
  switch (call.kind) {
    case 'enrolTotp': {
      const owner = sessions[call.session]?.of;
      return owner !== undefined && model.hasFactor(owner) && !isCodeGood(model, owner, call);
    }
    case 'disableTotp': {
      const owner = sessions[call.session]?.of;
      return owner !== undefined && !isCodeGood(model, owner, call);
    }
    case 'confirmTotp': {
      const value = values[call.from];
      const isOwn = value?.of === sessions[call.session]?.of;
      return !model.isGood(value, 'totp') || value.isDoubtful || !isOwn;
    }
    case 'loginByTotp': {
      const value = values[call.from];
      return value !== undefined && !isCodeGood(model, value.of, call);
    }
    case 'loginByRecoveryCode': {
      const value = values[call.from];
      return value !== undefined && !isRecoveryCodeGood(model, value.of, call);
    }
    default:
      return false;
  }
}

/** A code of an authenticator: number of its enrolment, and its step; undefined where none is shown. */
interface ShownCode {
  readonly secretFrom?: number;
  readonly step?: number;
}
interface ShownRecoveryCode {
  readonly codesFrom: number;
  readonly index: number;
}

/** Each step is good once, and only forward. */
function isCodeGood(model: AccountsModel, owner: string, { secretFrom, step }: ShownCode): boolean {
  const totp = model.state.accounts[owner]?.totp;
  return totp?.from === secretFrom && step !== undefined && step > (totp?.last ?? Infinity);
}

function useCode(model: AccountsModel, owner: string, shown: ShownCode): boolean {
  const account = model.state.accounts[owner];
  if (!account || !isCodeGood(model, owner, shown)) return false;
  account.totp = { from: shown.secretFrom ?? 0, last: shown.step ?? 0 };
  return true;
}

function isRecoveryCodeGood(
  model: AccountsModel,
  owner: string,
  { codesFrom, index }: ShownRecoveryCode,
): boolean {
  const recovery = model.state.accounts[owner]?.recovery;
  return recovery?.from === codesFrom && !recovery.used.includes(index);
}

function useRecoveryCode(model: AccountsModel, owner: string, shown: ShownRecoveryCode): boolean {
  const account = model.state.accounts[owner];
  if (!account?.recovery || !isRecoveryCodeGood(model, owner, shown)) return false;
  const used = [...account.recovery.used, shown.index].sort();
  account.recovery = { from: shown.codesFrom, used };
  return true;
}

function removeFactors(model: AccountsModel, owner: string): void {
  const account = model.state.accounts[owner];
  if (!account) return;
  account.totp = null;
  account.recovery = null;
  for (const value of Object.values(model.state.values)) {
    if (value.of === owner && value.kind === 'totp') value.isOpen = false;
  }
}
