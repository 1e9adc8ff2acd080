import type { VNode } from 'preact';
import { forgotPassword } from '@latchkey/accounts/client';
import { Field } from '../../../packages/accounts/pages/components/Field.js';
import { Form } from '../../../packages/accounts/pages/components/Form.js';
import { identifierOf } from '../codes.js';
import { client } from '../clients.js';
import { refusal } from '../explain.js';
import { texts } from '../texts.js';
import { useTour } from '../useTour.js';

export function ForgotPassword(): VNode {
  const { act } = useTour();
  const { label, lead, submit, click, done } = texts.forgot;
  return (
    <div class="stack">
      <p>{lead}</p>
      <Form
        label={label}
        submit={submit}
        onSubmit={({ identifier = '' }) =>
          refusal(
            () => act(click, () => forgotPassword(client, identifierOf(identifier)), done),
            ['identifier'],
          )
        }
      >
        <Field name="identifier" label={texts.signIn.identifier} autocomplete="username" />
      </Form>
    </div>
  );
}
