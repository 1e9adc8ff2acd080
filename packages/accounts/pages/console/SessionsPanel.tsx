import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ShownAccount, ShownSession, ShownSessions } from '../../src/console/api.js';
import { Button } from '../components/Button.js';
import { Empty } from '../components/Empty.js';
import { Isolated } from '../components/Isolated.js';
import { Notice } from '../components/Notice.js';
import { Records } from '../components/Records.js';
import { Tag } from '../components/Tag.js';
import { Timestamp } from '../components/Timestamp.js';
import { olderSessions } from './api.js';
import { sentenceOf } from './sentenceOf.js';
import { texts } from './texts.js';

export interface SessionsPanelProps {
  readonly account: ShownAccount;
  readonly canWrite: boolean;
  readonly onRevoke: (sessionId: string) => void;
}

/** Sessions, newest first, page by page. */
export function SessionsPanel({ account, canWrite, onRevoke }: SessionsPanelProps): VNode {
  const [shown, setShown] = useState<ShownSessions>(account);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  useEffect(() => setShown(account), [account]);

  const { sessions, before } = shown;
  const more = async (cursor: string): Promise<void> => {
    setBusy(true);
    try {
      const { result } = await olderSessions(account.accountId, cursor);
      setShown({ ...result, sessions: [...sessions, ...result.sessions] });
      setProblem(undefined);
    } catch (error) {
      setProblem(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  if (sessions.length === 0) return <Empty>{texts.sessions.none}</Empty>;
  return (
    <>
      <Records
        label={texts.sessions.title}
        records={sessions.map((session) => ({
          key: session.sessionId,
          title: <SessionTitle session={session} />,
          details: <SessionDetails session={session} />,
          actions: session.active && (
            <Button
              label={`${texts.actions.revokeSession.button}: ${deviceOf(session)}`}
              isDisabled={!canWrite}
              onClick={() => onRevoke(session.sessionId)}
            >
              {texts.actions.revokeSession.button}
            </Button>
          ),
        }))}
      />
      {problem !== undefined && <Notice kind="problem">{problem}</Notice>}
      {before !== undefined && (
        <div class="actions">
          <Button isBusy={isBusy} onClick={() => void more(before)}>
            {texts.sessions.older}
          </Button>
        </div>
      )}
    </>
  );
}

function deviceOf({ connectionInfo }: ShownSession): string {
  const { userAgent } = connectionInfo;
  return typeof userAgent === 'string' && userAgent !== '' ? userAgent : texts.sessions.noDevice;
}

function SessionTitle({ session }: { readonly session: ShownSession }): VNode {
  const { active, remembered, impersonatedBy } = session;
  return (
    <>
      <Isolated text={deviceOf(session)} />
      <Tag
        text={active ? texts.sessions.active : texts.sessions.ended}
        tone={active ? 'added' : 'neutral'}
      />
      {remembered && <Tag text={texts.sessions.remembered} />}
      {impersonatedBy !== undefined && <Tag text={texts.sessions.impersonated} tone="changed" />}
    </>
  );
}

function SessionDetails({ session }: { readonly session: ShownSession }): VNode {
  const { connectionInfo, createdAt, lastSeenAt, expiresAt, active } = session;
  const { ip } = connectionInfo;
  return (
    <>
      {typeof ip === 'string' && (
        <>
          <Isolated isCode text={ip} />
          {' · '}
        </>
      )}
      {texts.sessions.began} <Timestamp value={createdAt} />
      {lastSeenAt !== undefined && (
        <>
          {`, ${texts.sessions.lastSeen} `}
          <Timestamp value={lastSeenAt} />
        </>
      )}
      {active && (
        <>
          {`, ${texts.sessions.expires} `}
          <Timestamp value={expiresAt} />
        </>
      )}
    </>
  );
}
