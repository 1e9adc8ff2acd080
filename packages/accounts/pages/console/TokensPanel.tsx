import type { VNode } from 'preact';
import type { ShownToken } from '../../src/console/api.js';
import { Empty } from '../components/Empty.js';
import { Isolated } from '../components/Isolated.js';
import { Records } from '../components/Records.js';
import { Timestamp } from '../components/Timestamp.js';
import { texts } from './texts.js';

/** Tokens that were sent out and can still be used; their values are nowhere on the page. */
export function TokensPanel({ tokens }: { readonly tokens: readonly ShownToken[] }): VNode {
  if (tokens.length === 0) return <Empty>{texts.tokens.none}</Empty>;
  return (
    <Records
      label={texts.tokens.title}
      records={tokens.map(({ kind, createdFor, reason, createdAt, expiresAt }) => ({
        key: `${kind} ${createdFor} ${createdAt}`,
        title: texts.tokens.kinds[kind] ?? <Isolated text={kind} />,
        details: (
          <>
            {texts.tokens.createdFor} <Isolated text={createdFor} />
            {reason !== undefined && (
              <>
                {' · '}
                <Isolated text={reason} />
              </>
            )}
            {`, ${texts.tokens.expires} `}
            <Timestamp value={expiresAt} />
          </>
        ),
      }))}
    />
  );
}
