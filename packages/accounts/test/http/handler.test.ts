import { createTestHandler, PASSWORD, type TestHandler } from './support.js';

let server: TestHandler;

beforeAll(async () => {
  server = await createTestHandler();
});

afterAll(() => server.drop());

describe('A browser', () => {
  it('signs up, is known by its cookie, signs out, and is no longer known', async () => {
    const browser = server.browser();
    const signedUp = await browser.post('/auth/sign-up', { username: 'ada', password: PASSWORD });
    expect(signedUp.json).toMatchObject({ user: { username: 'ada' } });
    expect(signedUp.status).toBe(201);
    expect(signedUp.json).not.toHaveProperty('authToken');
    expect(browser.setCookies[1]).toMatch(
      /^__Host-latchkey=s\.ey[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const session = await browser.send('/auth/session');
    expect(session.json).toMatchObject({ user: { username: 'ada' } });
    expect((await browser.post('/auth/sign-out')).status).toBe(204);
    expect(browser.cookies.has('__Host-latchkey')).toBe(false);
    const after = await browser.send('/auth/session');
    expect(after.json).toMatchObject({ status: 401, code: 'UserNotSignedIn' });
  });
});
