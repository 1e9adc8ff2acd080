import type { VNode } from 'preact';
import { signUp } from '@latchkey/accounts/client';
import { Field } from '../../../packages/accounts/pages/components/Field.js';
import { Form } from '../../../packages/accounts/pages/components/Form.js';
import { client } from '../clients.js';
import { refusal } from '../explain.js';
import { texts } from '../texts.js';
import { useTour } from '../useTour.js';

const FIELDS = ['username', 'email', 'name', 'password'] as const;

export function SignUp(): VNode {
  const { act } = useTour();
  const { label, submit, click, done } = texts.signUp;
  return (
    <Form
      label={label}
      submit={submit}
      resets
      onSubmit={({ username = '', email = '', name = '', password = '' }) => {
        const profile = name.trim() === '' ? {} : { profile: { name } };
        const input = { username: username.trim(), email: email.trim(), password, ...profile };
        return refusal(() => act(click, () => signUp(client, input), done), FIELDS);
      }}
    >
      <Field name="username" label={texts.username} autocomplete="username" />
      <Field
        name="email"
        type="email"
        inputMode="email"
        label={texts.email}
        hint={texts.signUp.emailHint}
        autocomplete="email"
      />
      <Field
        name="name"
        label={texts.signUp.name}
        hint={texts.signUp.nameHint}
        autocomplete="name"
        isOptional
      />
      <Field
        name="password"
        type="password"
        label={texts.password}
        hint={texts.passwordHint}
        autocomplete="new-password"
      />
    </Form>
  );
}
