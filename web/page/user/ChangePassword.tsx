import type { VNode } from 'preact';
import { changePassword } from '@latchkey/accounts/client';
import { Field } from '../../../packages/accounts/pages/components/Field.js';
import { Form } from '../../../packages/accounts/pages/components/Form.js';
import { client } from '../clients.js';
import { refusal } from '../explain.js';
import { texts } from '../texts.js';
import { useTour } from '../useTour.js';

const FIELDS = ['currentPassword', 'newPassword'] as const;

export function ChangePassword(): VNode {
  const { act } = useTour();
  const { heading, lead, label, submit, click, done } = texts.changePassword;
  return (
    <div class="stack">
      <h3>{heading}</h3>
      <p>{lead}</p>
      <Form
        label={label}
        submit={submit}
        resets
        onSubmit={({ currentPassword = '', newPassword = '' }) => {
          const body = { currentPassword, newPassword };
          return refusal(() => act(click, () => changePassword(client, body), done), FIELDS);
        }}
      >
        <Field
          name="currentPassword"
          type="password"
          label={texts.currentPassword}
          autocomplete="current-password"
        />
        <Field
          name="newPassword"
          type="password"
          label={texts.newPassword}
          hint={texts.passwordHint}
          autocomplete="new-password"
        />
      </Form>
    </div>
  );
}
