import type { TransactOperation } from '@latchkey/entity';
import { AccountError } from '../errors/AccountError.js';
import { extendedEnd } from '../core/sessionState.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import {
  handToken,
  MAX_ATTEMPTS,
  storedFormOf,
  unlessStale,
  withoutSecrets,
} from './renewedToken.js';
import type { SessionsContext } from './SessionsContext.js';
import { SessionVerifier } from './SessionVerifier.js';

/** Renews the tokens of sessions after their owners were authenticated again. */
export class SessionReauthentication {
  readonly #context: SessionsContext;
  readonly #verifier: SessionVerifier;

  constructor(context: SessionsContext) {
    this.#context = context;
    this.#verifier = new SessionVerifier(context);
  }

  /**
   * Records that the owner of a request's session was authenticated just now, and gives the session a
   * token that is not derived from the previous one, which becomes invalid at once (ASVS 7.2.4).
   *
   * @param alongside - other writes, made in the same transaction.
   */
  async renew(
    request: SessionRequest,
    alongside: readonly TransactOperation<unknown>[] = [],
  ): Promise<{ readonly authToken: string }> {
    const { policy, table, tokens, sessions, hooks, verified } = this.#context;
    let { account, session } = verified.of(request);
    if (session.impersonatedBy !== undefined) throw new AccountError('ImpersonatedSession', {});
    const { accountId, ulid } = session;
    for (let attempt = 1; ; attempt++) {
      const now = table.now();
      const rotation = session.rotation + 1;
      const expiresAt = extendedEnd(session, now, policy);
      const subject = { accountId, sessionId: ulid, rotation, expiresAtMs: expiresAt.getTime() };
      const issued = await tokens.issue(subject, request);
      const renewed = {
        rotation,
        rotatedAt: now,
        lastSeenAt: now,
        authTime: now,
        ...(expiresAt > session.expiresAt && { expiresAt }),
      };
      const operation = sessions.updateOneOperation({
        filter: { accountId, ulid },
        condition: { valid: true, rotation: session.rotation },
        update: {
          $set: { ...renewed, ...storedFormOf(issued) },
          $remove: ['previousToken', ...(issued.kid === undefined ? (['kid'] as const) : [])],
        },
      });
      const isWritten = await hooks.upsert({ request, accountId }, () =>
        unlessStale(() => table.transact([operation, ...alongside])),
      );
      if (isWritten) {
        const { authToken } = issued;
        const sessionDocument = { ...session, ...renewed };
        await handToken(hooks, request, { account, authToken, sessionDocument });
        verified.put(request, { account, session: sessionDocument });
        return { authToken };
      }
      if (attempt === MAX_ATTEMPTS) throw new AccountError('ServiceUnavailable', {});
      // The token was rotated in the meantime: check whether the request's token is still valid.
      const token = await tokens.verify(request.authToken, request);
      const checked = await this.#verifier.check(token, {});
      ({ account } = checked);
      session = withoutSecrets(checked.session);
    }
  }
}
