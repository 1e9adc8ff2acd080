import { init, session } from '@latchkey/accounts/client';
import { useSession } from '@latchkey/accounts/react';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';

const user = { userId: '1', username: 'ada', creationDate: '', paymentsMode: 'test' };

describe('useSession on a server', () => {
  it('shows a session that is not known, and asks nobody', async () => {
    let requests = 0;
    const client = init({
      fetch: () => {
        requests++;
        return Promise.resolve(Response.json({ user, expiresAt: '2120-01-01T00:00:00.000Z' }));
      },
    });
    const Page = () => createElement('p', null, JSON.stringify(useSession(client)));
    expect(renderToString(createElement(Page))).toBe('<p>{}</p>');
    expect(requests).toBe(0);
    // A page must be the same on the server and at first in the browser, whatever is known there.
    await session(client);
    expect(renderToString(createElement(Page))).toBe('<p>{}</p>');
  });
});
