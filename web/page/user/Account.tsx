import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import {
  deleteUser,
  exportUser,
  type ExportAnswer,
  type SessionAnswer,
} from '@latchkey/accounts/client';
import { Button } from '../../../packages/accounts/pages/components/Button.js';
import { Confirm } from '../../../packages/accounts/pages/components/Confirm.js';
import { Facts } from '../../../packages/accounts/pages/components/Facts.js';
import { Isolated } from '../../../packages/accounts/pages/components/Isolated.js';
import { Timestamp } from '../../../packages/accounts/pages/components/Timestamp.js';
import { ActionButton } from '../ActionButton.js';
import { client } from '../clients.js';
import { explain } from '../explain.js';
import { texts } from '../texts.js';
import { useTour } from '../useTour.js';

export function Account({ session }: { readonly session: SessionAnswer }): VNode {
  const { act } = useTour();
  const [exported, setExported] = useState<ExportAnswer>();
  const [isDeleting, setDeleting] = useState(false);
  const { user, expiresAt } = session;
  const name = user.profile?.name;
  const t = texts.account;

  const remove = async (): Promise<string | undefined> => {
    try {
      await act(t.deleteClick, () => deleteUser(client), t.deleted);
      return undefined;
    } catch (error) {
      return explain(error).message;
    }
  };

  return (
    <div class="stack">
      <Facts
        facts={[
          [texts.username, user.username && <Isolated text={user.username} />],
          [t.name, typeof name === 'string' ? <Isolated text={name} /> : undefined],
          [t.id, <Isolated key="id" isCode text={user.userId} />],
          [t.created, <Timestamp key="created" value={user.creationDate} />],
          [t.expires, <Timestamp key="expires" value={expiresAt} />],
        ]}
      />
      <div class="actions">
        <ActionButton
          onAct={async () =>
            setExported(await act(t.exportClick, () => exportUser(client), t.exported))
          }
        >
          {t.export}
        </ActionButton>
        <Button onClick={() => setDeleting(true)}>{t.delete}</Button>
      </div>
      {exported && <Exported data={exported} />}
      {isDeleting && (
        <Confirm
          questions={[{ title: t.deleteTitle, children: t.deleteLead, agree: t.deleteAgree }]}
          isDangerous
          onAgree={remove}
          onClose={() => setDeleting(false)}
        />
      )}
    </div>
  );
}

function Exported({ data }: { readonly data: ExportAnswer }): VNode {
  const json = JSON.stringify(data, null, 2);
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([json], { type: 'application/json' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [json]);
  return (
    <div class="stack">
      <pre
        class="exported code"
        tabIndex={0}
        role="region"
        aria-label={texts.account.exportedLabel}
      >
        <bdi class="isolated">{json}</bdi>
      </pre>
      <p>
        {url !== undefined && (
          <a href={url} download={texts.account.file}>
            {texts.account.download}
          </a>
        )}
      </p>
    </div>
  );
}
