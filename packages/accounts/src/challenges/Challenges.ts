import { EntityError, type Entity } from '@latchkey/entity';
import { Challenge, type Infer } from '@latchkey/schema';
import { randomBytes } from 'node:crypto';
import type { RequestCore } from '../core/ChangeCore.js';
import { AccountError } from '../errors/AccountError.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import type { Throttle } from '../throttling/Throttle.js';
import { digestSecret } from '../tokens/digestSecret.js';

/** Purpose of a challenge; one of another kind is refused. */
export type ChallengeKind = Infer<typeof Challenge>['kind'];

/** Input of {@link Challenges.create}. */
export interface NewChallenge {
  readonly kind: ChallengeKind;
  /** Request of the visitor, which is counted by address. */
  readonly request: SessionRequest;
  /** How long it can be used, in milliseconds. */
  readonly lifetimeMs: number;
  /** Kept for the flow that goes on with the challenge; stored as it is, so never a secret. */
  readonly data?: Readonly<Record<string, unknown>>;
  /**
   * Secret that the browser has from an earlier challenge, if it shows one: it is kept, so that several
   * pages of a browser do not invalidate each other's challenges.
   */
  readonly browserSecret?: unknown;
}

/** A challenge for one browser: 256 random bits each, as base64url. Neither is stored. */
export interface IssuedChallenge {
  /** Travels through others, such as an identity provider or an authenticator. */
  readonly value: string;
  /** Stays in the browser that has asked, in a cookie that no script can read. */
  readonly browserSecret: string;
}

/** A challenge as someone shows it; nothing of it has been looked at. */
export interface ShownChallenge {
  readonly kind: ChallengeKind;
  readonly value: unknown;
  readonly browserSecret: unknown;
  /** Name that the error gives to the value. */
  readonly path: string;
}

/** Dependencies of {@link Challenges}. */
type ChallengesCore = Pick<RequestCore, 'acceptsIssuedAt' | 'connectionOf' | 'table'> & {
  readonly throttle: Throttle;
};

const SECRET_BYTES = 32;
/** The form of what {@link Challenges.create} gives. */
const SECRET = /^[\w-]{43}$/;

/**
 * Values that a browser must bring back once, in flows that begin before it is known for which account:
 * sign-ins with an identity provider or a passkey. The table holds digests only, so that whoever reads
 * it can neither continue a flow nor pass for its browser.
 */
export class Challenges {
  readonly #challenges: Entity<typeof Challenge>;
  readonly #core: ChallengesCore;

  constructor(core: ChallengesCore) {
    this.#core = core;
    this.#challenges = core.table.entity(Challenge);
  }

  /**
   * Creates a challenge: two requests. It is counted by the client's address first, since anyone may ask
   * for one (ASVS 2.4.1).
   *
   * @throws AccountError `InvalidInput`, `TooManyRequests`
   */
  async create({
    kind,
    request,
    lifetimeMs,
    data,
    browserSecret: shown,
  }: NewChallenge): Promise<IssuedChallenge> {
    const { connectionOf, table, throttle } = this.#core;
    await throttle.countAddress(connectionOf(request).ip);
    const value = newSecret();
    const browserSecret = isSecret(shown) ? shown : newSecret();
    await this.#challenges.createOne({
      item: {
        digest: digestSecret(value),
        kind,
        boundTo: digestSecret(browserSecret),
        expiresAt: new Date(table.now().getTime() + lifetimeMs),
        ...(data && { data }),
      },
    });
    return { value, browserSecret };
  }

  /**
   * Uses a challenge up: one conditional delete, so that of any number of callers at once one goes on.
   * Shown by another browser, it stays for its own.
   *
   * @returns the challenge's data.
   * @throws AccountError `TokenVerificationFailed`, the one answer to a challenge that is malformed,
   *   unknown, expired, used, of another kind, or of another browser.
   */
  async use({
    kind,
    value,
    browserSecret,
    path,
  }: ShownChallenge): Promise<Readonly<Record<string, unknown>>> {
    const refused = new AccountError('TokenVerificationFailed', { path });
    if (!isSecret(value) || !isSecret(browserSecret)) throw refused;
    const used = await this.#challenges
      .deleteOne({
        filter: { digest: digestSecret(value), kind },
        condition: { boundTo: digestSecret(browserSecret) },
      })
      .catch((error: unknown) => {
        if (EntityError.is(error) && error.code === 'ConditionFailed') throw refused;
        throw error;
      });
    const { item } = used;
    // TTL removes rows late, by days: the clock decides.
    if (!item || !(item.expiresAt > this.#core.table.now())) throw refused;
    if (!this.#core.acceptsIssuedAt(item.createdAt)) throw refused;
    return item.data ?? {};
  }
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function isSecret(value: unknown): value is string {
  return typeof value === 'string' && SECRET.test(value);
}
