import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import {
  AccountsClientError,
  listSessions,
  revokeOtherSessions,
  revokeSession,
  signIn,
  signInWithSecondFactor,
  type ListedSessionAnswer,
} from '@latchkey/accounts/client';
import { Field } from '../../../packages/accounts/pages/components/Field.js';
import { Form } from '../../../packages/accounts/pages/components/Form.js';
import { Isolated } from '../../../packages/accounts/pages/components/Isolated.js';
import { Records } from '../../../packages/accounts/pages/components/Records.js';
import { Tag } from '../../../packages/accounts/pages/components/Tag.js';
import { Timestamp } from '../../../packages/accounts/pages/components/Timestamp.js';
import { ActionButton } from '../ActionButton.js';
import { client, otherDevice } from '../clients.js';
import { secondFactorOf } from '../codes.js';
import { refusal } from '../explain.js';
import { texts } from '../texts.js';
import { useTour } from '../useTour.js';

/** Sessions of the user, and a second device to have more than one. */
export function Sessions(): VNode {
  const { session, lists, setLists, act } = useTour();
  const [hasFactor, setHasFactor] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const t = texts.sessions;
  const { sessions = [] } = lists;
  const keep = (isKept: (each: ListedSessionAnswer) => boolean): void => {
    setLists((before) => ({ ...before, sessions: (before.sessions ?? []).filter(isKept) }));
    heading.current?.focus();
  };

  const revoke = async (sessionId: string): Promise<void> => {
    await act(t.revokeClick, () => revokeSession(client, { sessionId }), t.revoked);
    keep((each) => each.sessionId !== sessionId);
  };
  const revokeOthers = async (): Promise<void> => {
    await act(t.revokeOthersClick, () => revokeOtherSessions(client), t.revokedOthers);
    keep(({ current }) => current);
  };
  const begin = async (password: string, typed: string): Promise<void> => {
    const username = session?.user.username ?? '';
    const found = await act(
      t.beginClick,
      async () => {
        await signInElsewhere({ username, password }, typed, () => setHasFactor(true));
        return listSessions(client);
      },
      t.begun,
    );
    setLists((before) => ({ ...before, sessions: found.sessions }));
  };

  return (
    <div class="stack">
      <h3 ref={heading} tabIndex={-1}>
        {t.heading}
      </h3>
      {sessions.length > 0 && (
        <Records
          label={t.list}
          records={sessions.map((each) => ({
            key: each.sessionId,
            title: each.current ? (
              <>
                {t.here} <Tag tone="accent" text={t.current} />
              </>
            ) : (
              t.otherDevice
            ),
            details: (
              <>
                {each.userAgent !== undefined && <Isolated text={each.userAgent} />}
                <br />
                {t.began} <Timestamp value={each.createdAt} />
              </>
            ),
            ...(!each.current && {
              actions: <ActionButton onAct={() => revoke(each.sessionId)}>{t.revoke}</ActionButton>,
            }),
          }))}
        />
      )}
      {sessions.length > 1 && (
        <div class="actions">
          <ActionButton onAct={revokeOthers}>{t.revokeOthers}</ActionButton>
        </div>
      )}
      <h3>{t.begin}</h3>
      <p class="muted">{t.beginLead}</p>
      <Form
        label={t.begin}
        submit={t.begin}
        kind="plain"
        resets
        onSubmit={({ password = '', code = '' }) =>
          refusal(() => begin(password, code), ['password', 'code'])
        }
      >
        <Field
          name="password"
          type="password"
          label={texts.password}
          autocomplete="current-password"
        />
        {hasFactor && (
          <Field
            name="code"
            label={t.beginCode}
            hint={t.beginCodeHint}
            autocomplete="one-time-code"
          />
        )}
      </Form>
    </div>
  );
}

/** Signs in as another device does: in one step, or in two if there is a second factor. */
async function signInElsewhere(
  body: { readonly username: string; readonly password: string },
  typed: string,
  onSecondFactor: () => void,
): Promise<void> {
  const device = otherDevice();
  try {
    await signIn(device, { ...body, rememberMe: 'none' });
  } catch (error) {
    const challenge = error instanceof AccountsClientError ? error.challenge : undefined;
    if (challenge === undefined) throw error;
    onSecondFactor();
    if (typed.trim() === '') throw error;
    const factor = secondFactorOf(typed);
    await signInWithSecondFactor(device, { challenge, ...factor, rememberMe: 'none' });
  }
}
