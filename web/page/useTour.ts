import { createContext } from 'preact';
import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import {
  AccountsClientError,
  onSessionChange,
  session as askSession,
} from '@latchkey/accounts/client';
import type { ContactAnswer, ListedSessionAnswer, SessionAnswer } from '@latchkey/accounts/client';
import { addCosts, NO_COST, type Cost } from '../../packages/accounts/pages/components/costs.js';
import { client } from './clients.js';
import { markChanges, type Marked } from '../../packages/accounts/pages/components/markChanges.js';
import type { TableItem } from '../../packages/accounts/pages/components/ItemList.js';
import { texts } from './texts.js';

/** A call of the flow, with what it sent to DynamoDB. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly path: string;
  readonly cost: Cost & { readonly commands: readonly string[] };
}

/** A message in the outbox. */
export interface TourMessage {
  readonly id: string;
  readonly kind: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly token?: string;
  readonly code?: string;
}

/** Answer of `/tour/state`. */
interface TourState {
  readonly calls: readonly Call[];
  readonly lastCall: number;
  readonly messages: readonly TourMessage[];
  readonly items: readonly (Omit<TableItem, 'entity'> & { readonly entity?: string })[];
  readonly reading: Cost;
  /** Tells whether the browser has a cookie of a session, which may have ended. */
  readonly hasSession: boolean;
}

/** A click: the calls that it made, and their cost. */
export interface Click {
  readonly title: string;
  readonly calls: readonly Call[];
  readonly cost: Cost;
}

/** Lists of the user that the page has asked for; undefined until then. */
export interface Lists {
  readonly contacts?: readonly ContactAnswer[];
  readonly sessions?: readonly ListedSessionAnswer[];
  readonly factor?: { readonly enabled: boolean; readonly recoveryCodesLeft: number };
}

/** Everything that the parts of the page share. */
export interface Tour {
  /** The session; null without one; undefined until it is known. */
  readonly session: SessionAnswer | null | undefined;
  readonly lists: Lists;
  readonly setLists: (change: (lists: Lists) => Lists) => void;
  readonly click: Click | undefined;
  readonly total: Cost;
  readonly reading: Cost;
  readonly items: readonly Marked<TableItem>[];
  readonly messages: readonly TourMessage[];
  /** Sentence about the last click, which screen readers say. */
  readonly status: string;
  readonly clearStatus: () => void;
  /** The table could not be read. */
  readonly isLost: boolean;
  /** The last click needs a more recent login. */
  readonly needsProof: boolean;
  /** Runs what a click does, then shows what it has cost and changed, whether it succeeded or not. */
  readonly act: <T>(title: string, run: () => Promise<T>, done?: string) => Promise<T>;
}

const TourContext = createContext<Tour | undefined>(undefined);

/** Hands the tour to the parts of the page. */
export const TourProvider = TourContext.Provider;

/** The tour that a part of the page belongs to. */
export function useTour(): Tour {
  const tour = useContext(TourContext);
  if (!tour) throw new Error('A part of the tour is rendered outside of it.');
  return tour;
}

/** Begins a tour: asks who is signed in, and reads the table. */
export function useNewTour(): Tour {
  const [session, setSession] = useState<SessionAnswer | null>();
  const [lists, setLists] = useState<Lists>({});
  const [shown, setShown] = useState<Shown>(NOTHING);
  const [status, setStatus] = useState('');
  const [isLost, setLost] = useState(false);
  const [needsProof, setNeedsProof] = useState(false);
  const known = useRef({ lastCall: 0, items: [] as readonly TableItem[] });

  const actions = useMemo(() => {
    const refresh = async (title: string): Promise<void> => {
      try {
        const state = await fetchState(known.current.lastCall);
        const items = state.items.map(named);
        const marked = markChanges(known.current.items, items);
        known.current = { lastCall: state.lastCall, items };
        setShown((before) => afterClick(before, title, state, marked));
        setLost(false);
      } catch {
        setLost(true);
      }
    };
    const act: Tour['act'] = async (title, run, done = '') => {
      setStatus('');
      try {
        const answer = await run();
        setNeedsProof(false);
        await refresh(title);
        setStatus(done);
        return answer;
      } catch (error) {
        if (hasCode(error, 'RecentLoginRequired')) setNeedsProof(true);
        await refresh(title);
        throw error;
      }
    };
    return { act, setLists, clearStatus: () => setStatus('') };
  }, []);

  useEffect(() => {
    const stop = onSessionChange(client, (current) => {
      setSession(current);
      if (!current) setLists({});
    });
    void begin();
    return stop;

    async function begin(): Promise<void> {
      try {
        const state = await fetchState(0);
        const items = state.items.map(named);
        // What the table holds already is not new.
        known.current = { lastCall: state.lastCall, items };
        const { messages, reading } = state;
        setShown({ ...NOTHING, messages, reading, items: markChanges(items, items) });
        if (!state.hasSession) setSession(null);
        else setSession(await actions.act(texts.click.opened, () => askSession(client)));
      } catch {
        setLost(true);
      }
    }
  }, [actions]);

  return { session, lists, status, isLost, needsProof, ...shown, ...actions };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof AccountsClientError && error.code === code;
}

type Shown = Pick<Tour, 'click' | 'total' | 'reading' | 'items' | 'messages'>;

const NOTHING: Shown = {
  click: undefined,
  total: NO_COST,
  reading: NO_COST,
  items: [],
  messages: [],
};

function afterClick(
  before: Shown,
  title: string,
  { calls, messages, reading }: TourState,
  items: Shown['items'],
): Shown {
  const cost = calls.map((call) => call.cost).reduce<Cost>(addCosts, NO_COST);
  const click = { title, calls, cost };
  return { click, total: addCosts(before.total, cost), reading, items, messages };
}

async function fetchState(after: number): Promise<TourState> {
  const response = await fetch(`/tour/state?after=${after}`);
  if (!response.ok) throw new Error(texts.failed.state);
  return (await response.json()) as TourState;
}

function named(item: TourState['items'][number]): TableItem {
  return { ...item, entity: item.entity ?? texts.table.unique };
}
