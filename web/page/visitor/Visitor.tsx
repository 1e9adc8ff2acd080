import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Tabs } from '../../../packages/accounts/pages/components/Tabs.js';
import { texts } from '../texts.js';
import { ForgotPassword } from './ForgotPassword.js';
import { SignIn } from './SignIn.js';
import { SignUp } from './SignUp.js';

const NAMES = ['signUp', 'signIn', 'forgot'] as const;

/** Forms for who is not signed in. */
export function Visitor(): VNode {
  const [chosen, setChosen] = useState<(typeof NAMES)[number]>('signUp');
  return (
    <Tabs
      label={texts.visitor.label}
      tabs={NAMES.map((name) => ({ name, title: texts.visitor.tabs[name] }))}
      chosen={chosen}
      onChoose={setChosen}
    >
      {chosen === 'signUp' && <SignUp />}
      {chosen === 'signIn' && <SignIn />}
      {chosen === 'forgot' && <ForgotPassword />}
    </Tabs>
  );
}
