import { EntityError, type Connection } from '@latchkey/entity';
import type { ChangeCore } from '../core/ChangeCore.js';
import { activeRange } from '../core/sessionMarks.js';
import { isSessionActive } from '../core/sessionState.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';
import type { AccountDocument } from '../requests/SessionRequest.js';

/** Dependencies for reading sessions. */
type Core = Pick<ChangeCore, 'sessionEntity' | 'sessionPolicy' | 'table'>;

type Page = Connection<SessionDocument>;

/** Page of sessions that is asked for. */
interface PageInput {
  readonly first: number;
  readonly after: string | null;
}

/** How many ended sessions the first request reads beside a page of active ones. */
const ENDED_AMONG = 10;
/** How many sessions the second request reads at most. */
const READ_NEXT = 250;

/**
 * Reads a page of an account's active sessions, newest first: one `Query` for `first` and a few more. Where
 * most of those have ended, one more request reads a bounded number, or the session alone that was carried
 * over by a revocation; the page is a short one if that is not enough.
 *
 * @throws EntityError `InvalidCursor`, `InvalidInput`
 */
export async function readActiveSessions(
  core: Core,
  account: AccountDocument,
  { first, after }: PageInput,
): Promise<Page> {
  const { sessionPolicy: policy, table } = core;
  const now = table.now();
  const page = await readPage(core, account, { first, after });
  const edges = page.edges.filter(({ node }) => isSessionActive(node, account, now, policy));
  return { edges, pageInfo: page.pageInfo };
}

async function readPage(
  core: Core,
  account: AccountDocument,
  { first, after }: PageInput,
): Promise<Page> {
  const { from, since } = activeRange(account);
  const reading = { first, after, scan: first + ENDED_AMONG };
  const begun = await ifWithin(() => readRange(core, account, { from }, reading));
  // The range has moved on since the cursor was given.
  if (!begun) return readRange(core, account, {}, reading);
  const missing = first - begun.edges.length;
  const { hasNextPage, endCursor } = begun.pageInfo;
  if (missing <= 0 || !hasNextPage) return begun;
  const next = { first: missing, after: endCursor, scan: READ_NEXT };
  if (since === undefined) {
    return joined(begun, await readRange(core, account, { from }, next));
  }
  // Where reading has passed the revocation, only the session at the end of the range can be active.
  const more = await ifWithin(() => readRange(core, account, { from: since }, next));
  const page = more ? joined(begun, more) : begun;
  if (more?.pageInfo.hasNextPage === true) return page;
  // Full, and that session is left for the next page.
  if (page.edges.length === first) {
    return { ...page, pageInfo: { ...page.pageInfo, hasNextPage: true } };
  }
  // A limit that is reached leaves open whether more follows: two are asked for, of which there is one.
  const only = { first: 1, after: null, scan: 2 };
  const apart = await readRange(core, account, { from, to: from }, only);
  return joined(page, apart);
}

/** Reads the sessions of a range that can be active: one `Query`. */
function readRange(
  { sessionEntity, table }: Core,
  { accountId, sessionGeneration: generation }: AccountDocument,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  { first, after, scan }: PageInput & { readonly scan: number },
): Promise<Page> {
  return sessionEntity.paginate({
    filter: {
      accountId,
      valid: true,
      generation,
      expiresAt: { $gt: table.now() },
      ...(from !== undefined && { ulid: { $gte: from, ...(to !== undefined && { $lte: to }) } }),
    },
    consistent: true,
    sort: 'descending',
    first,
    after,
    scanFirst: scan,
    maxPages: 1,
  });
}

/** Gives undefined where the cursor does not lie in the range, for which no request is sent. */
async function ifWithin(read: () => Promise<Page>): Promise<Page | undefined> {
  try {
    return await read();
  } catch (error) {
    if (EntityError.is(error) && error.code === 'InvalidCursor') return undefined;
    throw error;
  }
}

/** Two pages, one after the other, as one. */
function joined(page: Page, next: Page): Page {
  const edges = [...page.edges, ...next.edges];
  const { hasPreviousPage, startCursor } = page.pageInfo;
  const { hasNextPage, endCursor } = next.pageInfo;
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      startCursor: startCursor ?? next.pageInfo.startCursor,
      endCursor: endCursor ?? edges.at(-1)?.cursor ?? null,
    },
  };
}
