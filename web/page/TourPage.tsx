import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Isolated } from '../../packages/accounts/pages/components/Isolated.js';
import { Notice } from '../../packages/accounts/pages/components/Notice.js';
import { Texts } from '../../packages/accounts/pages/components/texts.js';
import { signOut } from '@latchkey/accounts/client';
import { ActionButton } from './ActionButton.js';
import { LastClick } from './beside/LastClick.js';
import { Outbox } from './beside/Outbox.js';
import { TableView } from './beside/TableView.js';
import { client } from './clients.js';
import { texts } from './texts.js';
import { TourProvider, useNewTour, useTour } from './useTour.js';
import { User } from './user/User.js';
import { Visitor } from './visitor/Visitor.js';

/** The whole page: the flow and its outbox on one side, what each click has done on the other. */
export function TourPage(): VNode {
  const tour = useNewTour();
  return (
    <Texts.Provider value={texts.components}>
      <TourProvider value={tour}>
        <Header />
        <main class="tour">
          <div class="column">
            <Flow />
            <Outbox />
          </div>
          <div class="column">
            <LastClick />
            <TableView />
          </div>
        </main>
      </TourProvider>
    </Texts.Provider>
  );
}

function Header(): VNode {
  const { session, act } = useTour();
  return (
    <header class="header">
      <div>
        <h1>{texts.title}</h1>
        <p class="muted">{texts.lead}</p>
      </div>
      {session ? (
        <div class="who">
          <p>
            <span class="muted">{texts.signedInAs}</span>{' '}
            <Isolated text={session.user.username ?? session.user.userId} />
          </p>
          <ActionButton onAct={() => act(texts.signOut, () => signOut(client), texts.signedOutNow)}>
            {texts.signOut}
          </ActionButton>
        </div>
      ) : (
        <p class="who muted">{texts.signedOut}</p>
      )}
    </header>
  );
}

/** Forms of a visitor, or of who is signed in; the heading gets the focus when that changes. */
function Flow(): VNode {
  const { session, status, isLost } = useTour();
  const heading = useRef<HTMLHeadingElement>(null);
  const isKnown = session !== undefined;
  const isUser = Boolean(session);
  const wasKnown = useRef(false);
  useEffect(() => {
    if (wasKnown.current) heading.current?.focus();
    wasKnown.current = isKnown;
  }, [isKnown, isUser]);
  return (
    <section class="panel" aria-labelledby="flow">
      <h2 id="flow" ref={heading} tabIndex={-1}>
        {isUser ? texts.user.heading : texts.visitor.heading}
      </h2>
      {isLost && <Notice kind="problem">{texts.failed.state}</Notice>}
      <div role="status">{status !== '' && <div class="notice success">{status}</div>}</div>
      {session ? <User session={session} /> : session === null && <Visitor />}
    </section>
  );
}
