import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import {
  confirmTwoFactor,
  disableTwoFactor,
  enrolTwoFactor,
  type AnswerOf,
} from '@latchkey/accounts/client';
import { Field } from '../../../packages/accounts/pages/components/Field.js';
import { Form } from '../../../packages/accounts/pages/components/Form.js';
import { Isolated } from '../../../packages/accounts/pages/components/Isolated.js';
import { Tag } from '../../../packages/accounts/pages/components/Tag.js';
import { ActionButton } from '../ActionButton.js';
import { client } from '../clients.js';
import { secondFactorOf } from '../codes.js';
import { refusal } from '../explain.js';
import { texts } from '../texts.js';
import { useTour } from '../useTour.js';
import { forget, remember } from './authenticator.js';
import { PlayAlong } from './PlayAlong.js';

/** Sets a second factor up, shows its recovery codes once, and turns it off. */
export function SecondFactor(): VNode {
  const { lists, setLists, act } = useTour();
  const heading = useRef<HTMLHeadingElement>(null);
  const [enrolment, setEnrolment] = useState<AnswerOf<'enrolTwoFactor'>>();
  const [recoveryCodes, setRecoveryCodes] = useState<readonly string[]>();
  const t = texts.factor;
  const { factor } = lists;
  const set = (enabled: boolean, recoveryCodesLeft: number): void => {
    setLists((before) => ({ ...before, factor: { enabled, recoveryCodesLeft } }));
    heading.current?.focus();
  };

  const enrol = async (): Promise<void> => {
    const begun = await act(t.enrolClick, () => enrolTwoFactor(client, {}), t.enrolled);
    remember(begun.secret);
    setEnrolment(begun);
    heading.current?.focus();
  };
  const confirm = async (code: string): Promise<void> => {
    const body = { code: code.replace(/\s/g, '') };
    const done = await act(t.confirmClick, () => confirmTwoFactor(client, body), t.confirmed);
    setEnrolment(undefined);
    setRecoveryCodes(done.recoveryCodes);
    set(true, done.recoveryCodes.length);
  };
  const disable = async (code: string): Promise<void> => {
    await act(t.disableClick, () => disableTwoFactor(client, secondFactorOf(code)), t.disabled);
    forget();
    setRecoveryCodes(undefined);
    set(false, 0);
  };

  return (
    <div class="stack">
      <h3 ref={heading} tabIndex={-1} class="with-tag">
        {t.heading}
        {factor && (
          <Tag
            tone={factor.enabled ? 'added' : 'neutral'}
            text={factor.enabled ? `${t.on}, ${t.left(factor.recoveryCodesLeft)}` : t.off}
          />
        )}
      </h3>
      {recoveryCodes && <RecoveryCodes codes={recoveryCodes} />}
      {factor?.enabled === false && !enrolment && (
        <>
          <p>{t.offLead}</p>
          <div class="actions">
            <ActionButton kind="primary" onAct={enrol}>
              {t.enrol}
            </ActionButton>
          </div>
        </>
      )}
      {enrolment && (
        <>
          <div class="enrolment">
            <img
              src={`data:image/svg+xml,${encodeURIComponent(enrolment.qrCode)}`}
              alt={t.qrCode}
              width="180"
              height="180"
            />
            <div>
              <p class="muted">{t.key}</p>
              <Isolated isCode text={enrolment.secret} />
            </div>
          </div>
          <PlayAlong />
          <Form
            label={t.confirmLabel}
            submit={t.confirm}
            isInline
            onSubmit={({ code = '' }) => refusal(() => confirm(code), ['code'])}
          >
            <Field
              name="code"
              label={texts.code}
              inputMode="numeric"
              autocomplete="one-time-code"
            />
          </Form>
        </>
      )}
      {factor?.enabled && (
        <>
          <PlayAlong />
          <Form
            label={t.disableLabel}
            submit={t.disable}
            kind="plain"
            isInline
            onSubmit={({ code = '' }) => refusal(() => disable(code), ['code'])}
          >
            <Field name="code" label={t.disableCode} autocomplete="one-time-code" />
          </Form>
        </>
      )}
    </div>
  );
}

function RecoveryCodes({ codes }: { readonly codes: readonly string[] }): VNode {
  return (
    <div class="recovery">
      <h4>{texts.factor.recoveryCodes}</h4>
      <p class="muted">{texts.factor.recoveryLead}</p>
      <ul class="codes">
        {codes.map((code) => (
          <li key={code} class="code">
            {code}
          </li>
        ))}
      </ul>
    </div>
  );
}
