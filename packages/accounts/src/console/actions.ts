import type { MeasuredDocument, MeasuredPartition } from '@latchkey/entity';
import { AccountAttempts } from '@latchkey/schema';
import type { Accounts } from '../accounts/Accounts.js';
import type { Account } from '../core/Account.js';
import { failuresInARow } from '../throttling/Throttle.js';
import { factorsOf } from '../twoFactor/readFactors.js';
import type { ActionName, Cost, Done, Effect, EffectName } from './api.js';
import { ConsoleError } from './ConsoleError.js';
import {
  deletePartitionCost,
  deleteUnits,
  queryCost,
  readCost,
  sumCosts,
  transactionCost,
  updateCost,
  updateUnits,
} from './estimateCost.js';

/** The account that an action is about, and where one is needed, the session. */
export interface Target {
  readonly accountId: string;
  readonly sessionId?: string | undefined;
}

/** An account before an action, by which its effects and cost are told. */
interface Subject {
  readonly account: Account;
  readonly partition: MeasuredPartition;
  readonly target: Target;
  readonly now: Date;
}

/** One thing that an operator can do. */
export interface Action {
  /** Tells whether it changes something; such an action needs `--write`. */
  readonly changes: boolean;
  /** Tells whether the application's options offer it (default: they do). */
  readonly isOffered?: (accounts: Accounts) => boolean;
  readonly effects: (subject: Subject) => readonly Effect[];
  /** The most that it costs. */
  readonly cost: (subject: Subject) => Cost;
  readonly run: (accounts: Accounts, target: Target) => Promise<Omit<Done, 'action'>>;
}

/** Everything that an operator can do, by name. */
export const ACTIONS: Readonly<Record<ActionName, Action>> = {
  deactivate: {
    changes: true,
    effects: () => named('loginsRefused', 'sessionsEnd', 'pendingContactsRevoked'),
    cost: accountUpdateCost,
    run: async (accounts, { accountId }) => {
      await accounts.lifecycle.deactivate({ accountId });
      return {};
    },
  },
  reactivate: {
    changes: true,
    effects: () => named('loginsAllowed', 'sessionsStayEnded'),
    cost: accountUpdateCost,
    run: async (accounts, { accountId }) => {
      await accounts.lifecycle.reactivate({ accountId });
      return {};
    },
  },
  revokeSession: {
    changes: true,
    effects: () => named('sessionEnds'),
    cost: (subject) => updateCost(sessionOf(subject)),
    run: async (accounts, { accountId, sessionId = '' }) => {
      const isThere = await accounts.sessions.revokeSession({ accountId, sessionId });
      if (!isThere) throw new ConsoleError('SessionNotFound');
      return {};
    },
  },
  revokeAllSessions: {
    changes: true,
    effects: () => named('sessionsEnd', 'pendingTokensRevoked', 'pendingContactsRevoked'),
    cost: accountUpdateCost,
    run: async (accounts, { accountId }) => {
      await accounts.sessions.revokeAllSessions({ accountId });
      return {};
    },
  },
  resetTwoFactor: {
    changes: true,
    isOffered: ({ twoFactor }) => twoFactor !== undefined,
    effects: ({ account }) => {
      const { totp, pending, recoveryCodes } = factorsOf(account.tokens);
      const count = (totp ? 1 : 0) + pending.length + recoveryCodes.length;
      const isNotified = totp && account.accessTypes.some(({ verified }) => verified === true);
      return [
        { name: 'factorsDeleted', count },
        ...named(
          'passwordSuffices',
          'sessionsEnd',
          ...(isNotified ? ['ownerNotified' as const] : []),
        ),
      ];
    },
    cost: resetCost,
    run: async ({ twoFactor }, { accountId }) => {
      if (!twoFactor) throw new ConsoleError('NotOffered');
      await twoFactor.reset({ accountId });
      return {};
    },
  },
  delete: {
    changes: true,
    effects: ({ account, partition: { documents } }) => [
      { name: 'documentsDeleted', count: documents.length },
      { name: 'identifiersFreed', count: identifiersOf(account) },
      ...named('irreversible'),
    ],
    cost: deletionCost,
    run: async (accounts, { accountId }) => accounts.lifecycle.delete({ accountId }),
  },
  export: {
    changes: false,
    effects: ({ partition: { documents } }) => {
      const own = documents.filter(({ entity }) => EXPORTED.includes(entity));
      return [{ name: 'documentsExported', count: own.length }, ...named('nothingChanges')];
    },
    cost: ({ partition }) =>
      sumCosts([queryCost(bytesOf(partition, LOADED)), queryCost(bytesOf(partition, ['Session']))]),
    run: async (accounts, { accountId }) => {
      const exported = await accounts.lifecycle.export({ accountId });
      return { exported: { ...exported } };
    },
  },
};

/** Entities that are read with an account, in one Query. */
const LOADED: readonly string[] = ['Account', 'AccessType', AccountAttempts.name, 'AccountToken'];
const EXPORTED: readonly string[] = ['Account', 'AccessType', 'AccountToken', 'Session'];

function named(...names: readonly EffectName[]): Effect[] {
  return names.map((name) => ({ name }));
}

function identifiersOf({ username, accessTypes, _lapsed: lapsed }: Account): number {
  return (username === undefined ? 0 : 1) + accessTypes.length + lapsed.length;
}

function bytesOf({ documents }: MeasuredPartition, entities: readonly string[]): number {
  return documents
    .filter(({ entity }) => entities.includes(entity))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The account's own document. */
function rootOf({ partition }: Subject): MeasuredDocument {
  const root = partition.documents.find(({ entity }) => entity === 'Account');
  return root ?? { entity: 'Account', key: {}, bytes: 0, uniqueBytes: [], globalIndexes: 0 };
}

/** @throws ConsoleError `SessionNotFound` */
function sessionOf({ partition, target }: Subject): MeasuredDocument {
  const found = partition.documents.find(
    ({ entity, key }) => entity === 'Session' && key.ulid === target.sessionId,
  );
  if (!found) throw new ConsoleError('SessionNotFound');
  return found;
}

function accountUpdateCost(subject: Subject): Cost {
  return updateCost(rootOf(subject));
}

/** One Query, a read of each factor that goes, and one transaction. */
function resetCost(subject: Subject): Cost {
  const { account, partition, now } = subject;
  const { totp, pending, recoveryCodes } = factorsOf(account.tokens);
  const ulids = [totp, ...pending, ...recoveryCodes].map((token) => token?.ulid);
  const factors = partition.documents.filter(
    ({ entity, key }) => entity === 'AccountToken' && ulids.includes(key.ulid as string),
  );
  const counts = account.attempts.filter(
    (count) =>
      ['totp', 'recoveryCode'].includes(count.authenticator) &&
      count.expiresAt > now &&
      failuresInARow(count) > 0,
  ).length;
  const units = factors.reduce((sum, factor) => sum + deleteUnits(factor), counts);
  const load = queryCost(bytesOf(partition, LOADED));
  const isAlone = factors.length + counts === 0;
  return sumCosts([
    load,
    ...factors.map(readCost),
    isAlone ? accountUpdateCost(subject) : transactionCost(updateUnits(rootOf(subject)) + units),
  ]);
}

/** As `AccountLifecycle.delete` goes about it. */
function deletionCost(subject: Subject): Cost {
  const { account, partition } = subject;
  const root = rootOf(subject);
  const nothing = queryCost(0);
  return sumCosts([
    // Are all entities known? Then the mark that the deletion has begun.
    queryCost(partition.bytes),
    updateCost(root),
    ...(account.hasPlace === true ? [transactionCost(updateUnits(root) + 1)] : []),
    deletePartitionCost(partition, root),
    // Nothing has been written in between.
    nothing,
    nothing,
    nothing,
  ]);
}
