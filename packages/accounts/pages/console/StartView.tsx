import type { VNode } from 'preact';
import type { ConsoleState } from '../../src/console/api.js';
import { Field } from '../components/Field.js';
import { Form } from '../components/Form.js';
import { Isolated } from '../components/Isolated.js';
import { AccountList } from './AccountList.js';
import { find } from './api.js';
import { remember } from './found.js';
import { sentenceOf } from './sentenceOf.js';
import { texts } from './texts.js';
import { navigate } from './useNavigation.js';

/** Where an operator begins: finds an account, or lists them. */
export function StartView({ state }: { readonly state: ConsoleState }): VNode {
  return (
    <div class="columns start">
      <section class="panel" aria-labelledby="find">
        <h1 id="find">{texts.find.title}</h1>
        <Form
          label={texts.find.title}
          submit={texts.find.submit}
          onSubmit={async ({ identifier = '' }) => {
            try {
              const found = await find(identifier);
              remember(found);
              navigate(found.result.accountId);
              return undefined;
            } catch (error) {
              return { field: 'identifier', message: sentenceOf(error) };
            }
          }}
        >
          <Field
            name="identifier"
            label={texts.find.label}
            hint={texts.find.hint}
            inputMode="search"
          />
        </Form>
      </section>
      <section class="panel" aria-labelledby="list">
        <h2 id="list">{texts.list.title}</h2>
        {state.canList ? <AccountList /> : <ListingOff />}
      </section>
    </div>
  );
}

function ListingOff(): VNode {
  return (
    <div class="stack">
      <p>{texts.list.off}</p>
      <p class="sample">
        <Isolated isCode text={texts.list.offCode} />
      </p>
      <p class="muted">{texts.list.offHint}</p>
    </div>
  );
}
