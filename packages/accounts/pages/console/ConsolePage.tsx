import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ConsoleState } from '../../src/console/api.js';
import { Isolated } from '../components/Isolated.js';
import { Notice } from '../components/Notice.js';
import { Tag } from '../components/Tag.js';
import { AccountView } from './AccountView.js';
import { ConsoleProblem, readState, signIn } from './api.js';
import { StartView } from './StartView.js';
import { texts } from './texts.js';
import { useNavigation } from './useNavigation.js';

/** The whole page: asks for access, then shows the start or an account. */
export function ConsolePage(): VNode {
  const [state, setState] = useState<ConsoleState>();
  const [problem, setProblem] = useState<ConsoleProblem>();
  const accountId = useNavigation();

  useEffect(() => {
    void open().then(setState, (error: unknown) => {
      if (error instanceof ConsoleProblem) setProblem(error);
    });
  }, []);

  return (
    <>
      <header class="top">
        <p class="brand">{texts.title}</p>
        {state && <Application state={state} />}
      </header>
      <main>
        {problem && <Refusal problem={problem} />}
        {!problem && !state && <p class="muted">{texts.loading}</p>}
        {state &&
          (accountId === undefined ? (
            <StartView state={state} />
          ) : (
            <AccountView key={accountId} accountId={accountId} state={state} />
          ))}
      </main>
    </>
  );
}

/** Exchanges the token in the address, once, and takes it out of the browser's history. */
async function open(): Promise<ConsoleState> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) {
    history.replaceState(null, '', '/');
    // A link that is opened again in the browser that has access already changes nothing.
    await signIn(token).catch((error: unknown) => {
      if (!(error instanceof ConsoleProblem) || error.code !== 'TokenRefused') throw error;
    });
  }
  return readState();
}

function Application({ state }: { readonly state: ConsoleState }): VNode {
  const { app, table, appId, canWrite } = state;
  const facts = [
    [texts.app, appId === undefined ? app : `${app} (${appId})`],
    [texts.table, table],
  ] as const;
  return (
    <div class="application">
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Isolated isCode text={value} />
            </dd>
          </div>
        ))}
      </dl>
      <Tag
        text={canWrite ? texts.canWrite : texts.readOnly}
        tone={canWrite ? 'changed' : 'neutral'}
      />
    </div>
  );
}

function Refusal({ problem }: { readonly problem: ConsoleProblem }): VNode {
  const { title = '', text = '' } = texts.problems[problem.code] ?? texts.problems.other ?? {};
  return (
    <section class="panel refusal">
      <h1>{title}</h1>
      <Notice kind="problem">{text === '' ? problem.message : text}</Notice>
    </section>
  );
}
