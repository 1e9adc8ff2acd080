import type { AccountsModel } from './AccountsModel.js';
import type { Step } from './ModelState.js';
import type { Call } from './calls.js';
import { succeedsWithFactor } from './factors.js';

/** Lets a call succeed; false if it cannot, or cannot have this result. */
export function succeeds(model: AccountsModel, call: Call, step: Step['name']): boolean {
  const { accounts, usernames, emails, identities, sessions, values } = model.state;
  switch (call.kind) {
    case 'signUp': {
      if (call.name in usernames) return false;
      if (call.email !== undefined && model.isTaken(call.email)) return false;
      accounts[model.at] = {
        id: null,
        password: call.password,
        isDeactivated: false,
        isDeleting: false,
        totp: null,
        recovery: null,
      };
      usernames[call.name] = model.at;
      if (call.email !== undefined) {
        emails[call.email] = {
          of: model.at,
          status: 'pending',
          isAddition: false,
          replaces: null,
        };
        model.adds(call.email);
        model.makes({ of: model.at, kind: 'email', email: call.email, replaces: null });
      }
      return model.begins(model.at);
    }
    case 'login': {
      // Without an answer, nobody has its session.
      if (!model.outcome) return true;
      if (step === 'all') {
        const named = model.loginOwner(call.name);
        if (named !== undefined) model.state.found[model.at] = named;
        return named !== undefined;
      }
      const owner = model.state.found[model.at];
      Reflect.deleteProperty(model.state.found, model.at);
      if (owner === undefined || accounts[owner]?.password !== call.password) return false;
      return !model.hasFactor(owner) && model.isUsable(owner) && model.begins(owner);
    }
    case 'findUser': {
      const id = model.outcome?.accountId;
      const owner = usernames[call.name];
      return id === null ? owner === undefined : owner !== undefined && model.isOf(owner, id);
    }
    case 'findIdentity': {
      const id = model.outcome?.accountId;
      const owner = identities[call.identity];
      return id === null ? owner === undefined : owner !== undefined && model.isOf(owner, id);
    }
    case 'check': {
      const session = sessions[call.session];
      if (!session || !model.isActive(session)) return false;
      if (call.token !== session.current && call.token !== session.previous) return false;
      return model.isOf(session.of, model.outcome?.accountId);
    }
    case 'refresh': {
      const session = sessions[call.session];
      if (!session || !model.isActive(session)) return false;
      if (call.token === session.previous) return model.binds(session);
      if (call.token !== session.current) return false;
      session.previous = session.current;
      session.current = model.outcome?.token ?? null;
      return session.current !== session.previous;
    }
    case 'logout': {
      const session = sessions[call.session];
      if (session) session.isAlive = false;
      return session !== undefined;
    }
    case 'revokeOthers':
      return model.byOwner(call.session, (owner) => model.remedy(owner, call.session));
    case 'revokeAll':
      return model.byOwner(call.session, (owner) => model.remedy(owner));
    case 'deactivate':
      return model.byOwner(call.session, (owner, account) => {
        account.isDeactivated = true;
        model.endSessions(owner);
        model.lapse(owner);
        return true;
      });
    case 'reactivate': {
      const owner = model.ownerOf(call.accountId);
      const account = owner === undefined ? undefined : accounts[owner];
      if (owner === undefined || !account || account.isDeleting) return false;
      account.isDeactivated = false;
      model.endSessions(owner);
      return true;
    }
    case 'delete':
      return model.delete(call.session, step);
    case 'rename':
      return model.byOwner(call.session, (owner) => {
        if ((usernames[call.name] ?? owner) !== owner) return false;
        model.free(usernames, (each) => each === owner);
        usernames[call.name] = owner;
        return true;
      });
    case 'changePassword':
      return model.byOwner(call.session, (owner, account) => {
        if (account.password !== call.current) return false;
        account.password = call.password;
        model.remedy(owner);
        return model.begins(owner);
      });
    case 'addEmail':
    case 'replaceEmail': {
      const replaced = 'newEmail' in call ? call.email : null;
      const email = 'newEmail' in call ? call.newEmail : call.email;
      return model.byOwner(call.session, (owner) => {
        if (model.isTaken(email)) return false;
        const held = replaced === null ? undefined : emails[replaced];
        if (replaced !== null && held?.of !== owner) return false;
        // A replacement that waits itself gives its place on.
        const place = held?.status === 'verified' ? replaced : (held?.replaces ?? replaced);
        model.revokeValues(owner, ({ email: sentTo }) => sentTo === email);
        // Earlier ones that wait for the place are canceled.
        for (const [name, each] of Object.entries(emails)) {
          if (place === null || each.of !== owner || each.replaces !== place) continue;
          if (each.status !== 'pending' || name === email) continue;
          model.revokeValues(owner, ({ email: sentTo }) => sentTo === name);
          Reflect.deleteProperty(emails, name);
        }
        emails[email] = { of: owner, status: 'pending', isAddition: true, replaces: place };
        model.adds(email);
        model.makes({ of: owner, kind: 'email', email, replaces: place });
        return true;
      });
    }
    case 'verifyEmail':
      // Another account's session proves nothing: the reader of the mailbox did not sign up.
      if (sessions[call.session]?.of !== values[call.from]?.of) {
        return model.outcome === undefined && model.removesByToken(call.from);
      }
      return model.byOwner(call.session, (owner) => {
        const value = values[call.from];
        if (!model.isGood(value, 'email') || value.of !== owner || value.email === null) {
          return false;
        }
        const email = emails[value.email];
        if (email?.of !== owner || email.status === 'lapsed') return false;
        value.isOpen = false;
        email.status = 'verified';
        if (value.replaces !== null && emails[value.replaces]?.of === owner) {
          if (emails[value.replaces]?.status === 'verified') {
            model.endSessions(owner, call.session);
          }
          Reflect.deleteProperty(emails, value.replaces);
          model.revokeValues(owner);
        }
        return true;
      });
    case 'removeEmail':
      return model.byOwner(call.session, (owner) => {
        const email = emails[call.email];
        if (email?.of !== owner) return false;
        if (email.status === 'verified') model.endSessions(owner, call.session);
        Reflect.deleteProperty(emails, call.email);
        model.revokeValues(owner);
        return true;
      });
    case 'requestLink': {
      if (model.outcome?.value === undefined) return true;
      const email = emails[call.email];
      if (email?.status !== 'verified') return false;
      model.makes({ of: email.of, kind: 'link', email: call.email, replaces: null });
      return true;
    }
    case 'loginByLink':
    case 'loginByCode': {
      const value = values[call.from];
      if (!model.isGood(value, 'link') || !model.isUsable(value.of)) return false;
      if (model.hasFactor(value.of)) return false;
      value.isOpen = false;
      return model.begins(value.of);
    }
    case 'issue':
    case 'issueReset': {
      const owner = model.ownerOf(call.accountId);
      if (owner === undefined) return false;
      const kind = call.kind === 'issue' ? 'custom' : 'reset';
      model.makes({ of: owner, kind, email: null, replaces: null });
      return true;
    }
    case 'consume': {
      const value = values[call.from];
      if (!model.isGood(value, 'custom') || !model.isUsable(value.of)) return false;
      value.isOpen = false;
      return model.isOf(value.of, model.outcome?.accountId);
    }
    case 'reset': {
      const value = values[call.from];
      const account = value && accounts[value.of];
      // Also while the account is being deleted, which changes nothing for anybody.
      if (!model.isGood(value, 'reset') || !account) return false;
      account.password = call.password;
      model.removeAdditions(value.of);
      return model.remedy(value.of);
    }
    case 'addIdentity': {
      const owner = model.ownerOf(call.accountId);
      if (owner === undefined || call.identity in identities) return false;
      if (!model.isUsable(owner)) return false;
      identities[call.identity] = owner;
      model.adds(call.identity);
      return true;
    }
    case 'removeIdentity':
      return model.byOwner(call.session, (owner) => {
        if (identities[call.identity] !== owner) return false;
        Reflect.deleteProperty(identities, call.identity);
        model.endSessions(owner, call.session);
        model.revokeValues(owner);
        return true;
      });
    default:
      return succeedsWithFactor(model, call);
  }
}
