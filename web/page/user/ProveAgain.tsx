import type { VNode } from 'preact';
import { reauthenticate } from '@latchkey/accounts/client';
import { Field } from '../../../packages/accounts/pages/components/Field.js';
import { Form } from '../../../packages/accounts/pages/components/Form.js';
import { client } from '../clients.js';
import { refusal } from '../explain.js';
import { texts } from '../texts.js';
import { useTour } from '../useTour.js';

/** Asks for the password where a step needs a recent login. */
export function ProveAgain(): VNode {
  const { act } = useTour();
  const { heading, lead, label, submit, click, done } = texts.proof;
  return (
    <div class="stack">
      <h3>{heading}</h3>
      <p>{lead}</p>
      <Form
        label={label}
        submit={submit}
        onSubmit={({ password = '' }) =>
          refusal(() => act(click, () => reauthenticate(client, { password }), done), ['password'])
        }
      >
        <Field
          name="password"
          type="password"
          label={texts.currentPassword}
          autocomplete="current-password"
        />
      </Form>
    </div>
  );
}
