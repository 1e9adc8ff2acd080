import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { AccountsClientError, signIn, signInWithSecondFactor } from '@latchkey/accounts/client';
import { Button } from '../../../packages/accounts/pages/components/Button.js';
import { Field } from '../../../packages/accounts/pages/components/Field.js';
import { Form } from '../../../packages/accounts/pages/components/Form.js';
import { identifierOf, secondFactorOf } from '../codes.js';
import { client } from '../clients.js';
import { refusal } from '../explain.js';
import { texts } from '../texts.js';
import { useTour } from '../useTour.js';
import { PlayAlong } from '../user/PlayAlong.js';

/** The password, and after it, where the account has one, the second factor. */
export function SignIn(): VNode {
  const { act } = useTour();
  const [challenge, setChallenge] = useState<string>();
  const { label, submit, identifier, click, done } = texts.signIn;
  if (challenge !== undefined) {
    return <SecondStep challenge={challenge} onBack={() => setChallenge(undefined)} />;
  }
  const begin = async (body: Parameters<typeof signIn>[1]): Promise<void> => {
    try {
      await act(click, () => signIn(client, body), done);
    } catch (error) {
      const next = error instanceof AccountsClientError ? error.challenge : undefined;
      if (next === undefined) throw error;
      setChallenge(next);
    }
  };
  return (
    <Form
      label={label}
      submit={submit}
      onSubmit={({ identifier: name = '', password = '' }) =>
        refusal(() => begin({ ...identifierOf(name), password }))
      }
    >
      <Field name="identifier" label={identifier} autocomplete="username" />
      <Field
        name="password"
        type="password"
        label={texts.password}
        autocomplete="current-password"
      />
    </Form>
  );
}

interface SecondStepProps {
  readonly challenge: string;
  readonly onBack: () => void;
}

function SecondStep({ challenge, onBack }: SecondStepProps): VNode {
  const { act } = useTour();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const step = texts.signIn.secondStep;
  return (
    <div class="stack">
      <h3 ref={heading} tabIndex={-1}>
        {step.heading}
      </h3>
      <p>{step.lead}</p>
      <PlayAlong />
      <Form
        label={step.label}
        submit={step.submit}
        others={
          <Button kind="quiet" onClick={onBack}>
            {step.back}
          </Button>
        }
        onSubmit={({ code = '' }) =>
          refusal(() => {
            const body = { challenge, ...secondFactorOf(code) };
            return act(step.click, () => signInWithSecondFactor(client, body), texts.signIn.done);
          }, ['code'])
        }
      >
        <Field name="code" label={step.code} autocomplete="one-time-code" />
      </Form>
    </div>
  );
}
