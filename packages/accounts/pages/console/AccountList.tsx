import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Cost, ListBy, ListedAccount } from '../../src/console/api.js';
import { Button } from '../components/Button.js';
import { Choice } from '../components/Choice.js';
import { CostLine } from '../components/CostLine.js';
import { Empty } from '../components/Empty.js';
import { Field } from '../components/Field.js';
import { Form } from '../components/Form.js';
import { Isolated } from '../components/Isolated.js';
import { Notice } from '../components/Notice.js';
import { Records } from '../components/Records.js';
import { Tag } from '../components/Tag.js';
import { Timestamp } from '../components/Timestamp.js';
import { list } from './api.js';
import { sentenceOf } from './sentenceOf.js';
import { texts } from './texts.js';
import { navigate } from './useNavigation.js';

/** The pages of a list so far. */
interface Listed {
  readonly by: ListBy;
  readonly prefix: string;
  readonly items: readonly ListedAccount[];
  readonly after: string | undefined;
  /** Cost of the last page. */
  readonly cost: Cost;
}

/** Accounts by a prefix, page by page. */
export function AccountList(): VNode {
  const [listed, setListed] = useState<Listed>();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const load = async (by: ListBy, prefix: string, before?: Listed): Promise<void> => {
    const { result, cost } = await list(by, prefix, before?.after);
    const items = [...(before?.items ?? []), ...result.items];
    setListed({ by, prefix, items, after: result.after, cost });
    setProblem(undefined);
  };
  const more = async (): Promise<void> => {
    if (!listed) return;
    setBusy(true);
    await load(listed.by, listed.prefix, listed)
      .catch((error: unknown) => setProblem(sentenceOf(error)))
      .finally(() => setBusy(false));
  };

  return (
    <>
      <Form
        label={texts.list.title}
        submit={texts.list.submit}
        kind="plain"
        onSubmit={async ({ by, prefix = '' }) => {
          try {
            await load(by === 'email' ? 'email' : 'username', prefix);
            return undefined;
          } catch (error) {
            return { message: sentenceOf(error) };
          }
        }}
      >
        <div class="pair">
          <Choice
            name="by"
            label={texts.list.by}
            options={[
              ['username', texts.list.byUsername],
              ['email', texts.list.byEmail],
            ]}
          />
          <Field name="prefix" label={texts.list.prefix} isOptional inputMode="search" />
        </div>
      </Form>
      {listed && <ListedRecords listed={listed} />}
      {problem !== undefined && <Notice kind="problem">{problem}</Notice>}
      {listed?.after !== undefined && (
        <div class="actions">
          <Button isBusy={isBusy} onClick={() => void more()}>
            {texts.list.more}
          </Button>
        </div>
      )}
    </>
  );
}

function ListedRecords({ listed }: { readonly listed: Listed }): VNode {
  const { items, cost, by } = listed;
  return (
    <>
      <div class="summary-line">
        <p role="status">{items.length > 0 && texts.list.shown(items.length)}</p>
        <CostLine cost={cost} isMinor />
      </div>
      {items.length === 0 ? (
        <Empty>{texts.list.none}</Empty>
      ) : (
        <Records
          label={texts.list.caption}
          records={items.map((item) => ({
            key: `${item.accountId} ${item.email ?? ''}`,
            title: <ItemTitle item={item} by={by} />,
            details: <ItemDetails item={item} by={by} />,
          }))}
        />
      )}
    </>
  );
}

interface ItemProps {
  readonly item: ListedAccount;
  readonly by: ListBy;
}

function ItemTitle({ item, by }: ItemProps): VNode {
  const { accountId, username, email, verified, deactivated } = item;
  const name = (by === 'email' ? email : username) ?? accountId;
  return (
    <>
      <a
        href={`#account=${accountId}`}
        onClick={(event) => {
          event.preventDefault();
          navigate(accountId);
        }}
      >
        <Isolated text={name} />
      </a>
      {by === 'email' && verified !== true && (
        <Tag text={texts.contacts.unverified} tone="changed" />
      )}
      {deactivated && <Tag text={texts.account.deactivated} tone="removed" />}
    </>
  );
}

function ItemDetails({ item, by }: ItemProps): VNode {
  return (
    <>
      {by === 'email' && (
        <>
          {item.username === undefined ? texts.list.noUsername : <Isolated text={item.username} />}
          {' · '}
        </>
      )}
      {texts.list.createdAt} <Timestamp value={item.createdAt} />
    </>
  );
}
