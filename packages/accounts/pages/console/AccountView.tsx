import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type {
  ActionName,
  ConsoleState,
  Cost,
  Costed,
  ShownAccount,
} from '../../src/console/api.js';
import { Button } from '../components/Button.js';
import { CostLine } from '../components/CostLine.js';
import { Facts } from '../components/Facts.js';
import { Isolated } from '../components/Isolated.js';
import { Notice } from '../components/Notice.js';
import { Tag } from '../components/Tag.js';
import { Timestamp } from '../components/Timestamp.js';
import { ActionDialog } from './ActionDialog.js';
import { find } from './api.js';
import { ContactsPanel } from './ContactsPanel.js';
import { recall } from './found.js';
import { LoginPanel } from './LoginPanel.js';
import { Panel } from './Panel.js';
import { sentenceOf } from './sentenceOf.js';
import { SessionsPanel } from './SessionsPanel.js';
import { texts } from './texts.js';
import { TokensPanel } from './TokensPanel.js';
import { ValuesPanel } from './ValuesPanel.js';

/** An action that the operator has chosen, and is asked about. */
interface Chosen {
  readonly action: ActionName;
  readonly sessionId?: string;
}

/** An action that was done. */
interface Outcome {
  readonly sentence: string;
  readonly cost: Cost;
}

export interface AccountViewProps {
  readonly accountId: string;
  readonly state: ConsoleState;
}

/** An account with everything about it, and what can be done with it. */
export function AccountView({ accountId, state }: AccountViewProps): VNode {
  const [found, setFound] = useState<Costed<ShownAccount> | undefined>(() => recall(accountId));
  const [problem, setProblem] = useState<string>();
  const [chosen, setChosen] = useState<Chosen>();
  const [outcome, setOutcome] = useState<Outcome>();
  const [isGone, setGone] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const isShown = found !== undefined || problem !== undefined;

  const load = async (): Promise<void> => {
    try {
      setFound(await find(accountId));
    } catch (error) {
      setFound(undefined);
      setProblem(sentenceOf(error));
    }
  };
  useEffect(() => {
    if (!found) void load();
  }, []);
  // A reader hears where they are.
  useLayoutEffect(() => heading.current?.focus(), [isShown]);

  const name = found ? nameOf(found.result) : accountId;
  const onDone = (done: Outcome): void => {
    setOutcome(done);
    setChosen(undefined);
    if (chosen?.action === 'delete') {
      setFound(undefined);
      setGone(true);
    } else if (chosen?.action !== 'export') void load();
  };
  return (
    <div class="stack">
      <p>
        <a href="#">{texts.account.back}</a>
      </p>
      {outcome && <OutcomeNotice outcome={outcome} />}
      {!isShown && !isGone && <p class="muted">{texts.loading}</p>}
      {problem !== undefined && (
        <section class="panel">
          <h1 ref={heading} tabIndex={-1}>
            <Isolated text={name} />
          </h1>
          <Notice kind="problem">{problem}</Notice>
        </section>
      )}
      {found && (
        <>
          <AccountHeader
            heading={heading}
            found={found}
            state={state}
            onChoose={(action) => setChosen({ action })}
          />
          <AccountPanels
            account={found.result}
            canWrite={state.canWrite}
            onRevoke={(sessionId) => setChosen({ action: 'revokeSession', sessionId })}
          />
        </>
      )}
      {chosen && (
        <ActionDialog
          {...chosen}
          accountId={accountId}
          name={name}
          onDone={onDone}
          onClose={() => setChosen(undefined)}
        />
      )}
    </div>
  );
}

/** What was done and what it cost; it gets the focus, since the button that was pressed may be gone. */
function OutcomeNotice({ outcome }: { readonly outcome: Outcome }): VNode {
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => notice.current?.focus(), [outcome]);
  return (
    <div ref={notice} tabIndex={-1}>
      <Notice kind="success">
        <p>{outcome.sentence}</p>
        <div class="outcome">
          {texts.confirm.cost} <CostLine cost={outcome.cost} isMinor />
        </div>
      </Notice>
    </div>
  );
}

/** A name that can stand in a sentence: no other kind of contact is free of marks that reorder it. */
function nameOf({ username, contacts, accountId }: ShownAccount): string {
  const address = contacts.find(({ kind }) => kind === 'email' || kind === 'phone');
  return username ?? address?.value ?? accountId;
}

interface HeaderProps {
  readonly heading: { readonly current: HTMLHeadingElement | null };
  readonly found: Costed<ShownAccount>;
  readonly state: ConsoleState;
  readonly onChoose: (action: ActionName) => void;
}

function AccountHeader({ heading, found, state, onChoose }: HeaderProps): VNode {
  const { result: account, cost } = found;
  const { canWrite, hasTwoFactor } = state;
  const changes: readonly ActionName[] = [
    account.deactivated && !account.deleting ? 'reactivate' : 'deactivate',
    'revokeAllSessions',
    ...(hasTwoFactor ? (['resetTwoFactor'] as const) : []),
  ];
  return (
    <section class="panel overview" aria-labelledby="account">
      <div class="heading">
        <h1 id="account" ref={heading} tabIndex={-1}>
          <Isolated text={nameOf(account)} />
        </h1>
        <StatusTag account={account} />
      </div>
      {account.deleting && <Notice kind="problem">{texts.account.deletingHint}</Notice>}
      <Facts
        facts={[
          [texts.account.id, <Isolated key="id" isCode text={account.accountId} />],
          ...(account.foreignId === undefined
            ? []
            : [
                [
                  texts.account.foreignId,
                  <Isolated key="foreign" isCode text={account.foreignId} />,
                ] as const,
              ]),
          [texts.account.createdAt, <Timestamp key="created" value={account.createdAt} />],
          [texts.account.updatedAt, <Timestamp key="updated" value={account.updatedAt} />],
          [texts.account.permissions, <Permissions key="permissions" all={account.permissions} />],
        ]}
      />
      <div class="actions" role="group" aria-label={texts.account.actions}>
        <Button onClick={() => onChoose('export')}>{texts.actions.export.button}</Button>
        {changes.map((action) => (
          <Button key={action} isDisabled={!canWrite} onClick={() => onChoose(action)}>
            {texts.actions[action].button}
          </Button>
        ))}
        <Button kind="danger" isDisabled={!canWrite} onClick={() => onChoose('delete')}>
          {texts.actions.delete.button}
        </Button>
      </div>
      {!canWrite && <p class="muted">{texts.readOnlyHint}</p>}
      <div class="outcome muted">
        {texts.account.cost} <CostLine cost={cost} isMinor />
      </div>
    </section>
  );
}

function StatusTag({ account }: { readonly account: ShownAccount }): VNode {
  if (account.deleting) return <Tag text={texts.account.deleting} tone="removed" />;
  return account.deactivated ? (
    <Tag text={texts.account.deactivated} tone="removed" />
  ) : (
    <Tag text={texts.account.active} tone="added" />
  );
}

function Permissions({ all }: { readonly all: readonly string[] }): VNode {
  if (all.length === 0) return <>{texts.none}</>;
  return (
    <ul class="plain">
      {all.map((permission) => (
        <li key={permission}>
          <Isolated isCode text={permission} />
        </li>
      ))}
    </ul>
  );
}

interface PanelsProps {
  readonly account: ShownAccount;
  readonly canWrite: boolean;
  readonly onRevoke: (sessionId: string) => void;
}

function AccountPanels({ account, canWrite, onRevoke }: PanelsProps): VNode {
  return (
    <div class="columns">
      <div class="stack">
        <Panel title={texts.contacts.title}>
          <ContactsPanel contacts={account.contacts} />
        </Panel>
        <Panel title={texts.login.title}>
          <LoginPanel account={account} />
        </Panel>
        <Panel title={texts.tokens.title}>
          <TokensPanel tokens={account.tokens} />
        </Panel>
      </div>
      <div class="stack">
        <Panel title={texts.sessions.title}>
          <SessionsPanel account={account} canWrite={canWrite} onRevoke={onRevoke} />
        </Panel>
        <Panel title={texts.account.profile}>
          <ValuesPanel values={account.profile} />
        </Panel>
        {Object.keys(account.ownFields).length > 0 && (
          <Panel title={texts.account.ownFields}>
            <ValuesPanel values={account.ownFields} />
          </Panel>
        )}
      </div>
    </div>
  );
}
