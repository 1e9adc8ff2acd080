import { SelfService } from '@latchkey/accounts/self-service';

const HOUR_MS = 3_600_000;

/** Two ways to sign up by a form: in at once with a profile, and confirmed first. Then the sandbox is emptied. */
export async function tellOfSelfService(registry, outbox, narrator) {
  const request = () => ({
    requestIp: '192.0.2.7',
    userAgent: 'demo',
    onCallDestroySession: null,
  });
  const open = new SelfService(registry.app('open'));
  const strict = new SelfService(registry.app('strict'));

  const grace = await narrator.step(
    'Grace signs up, with a profile, and is in at once',
    2,
    async () => {
      const user = await open.signUp({
        username: 'Grace',
        password: 'a short walk by the sea',
        profile: { name: 'Grace Hopper' },
        rememberMe: 'local',
        sessionLength: 48,
        request: request(),
      });
      const { username, profile, paymentsMode, trialExpirationDate } = user;
      const trial = trialExpirationDate.toISOString().slice(0, 10);
      const text = `"${username}", ${profile.name}, payments ${paymentsMode}, trial until ${trial}`;
      return { text, value: user };
    },
  );

  await narrator.step('A back end asks who has this token', 1, async () => {
    const { username } = await open.verifyAuthToken(grace.authToken);
    return { text: `it is ${username}` };
  });

  const hedy = { email: 'hedy@example.com', password: 'a walk through the city' };
  let handle;
  await narrator.step('Hedy signs up where addresses are confirmed first', 2, async () => {
    const user = await strict.signUp({ ...hedy, request: request() });
    const { authToken } = user;
    ({ handle } = user);
    await registry.app('strict').settled();
    return { text: `no session${authToken ? '?' : ''}; in the outbox: "${outbox.last().subject}"` };
  });

  await narrator.refused('She signs in too early', 5, 'AccountNotActivated', () =>
    strict.signIn({ ...hedy, request: request() }),
  );

  await narrator.step('She follows the link', 3, async () => {
    await strict.activate({ token: tokenIn(outbox), handle });
    return { text: 'her address is confirmed' };
  });

  await narrator.step('She signs in, for an hour', 5, async () => {
    const expiredTime = new Date(Date.now() + HOUR_MS);
    await strict.signIn({ ...hedy, expiredTime, request: request() });
    return { text: 'a session that ends then' };
  });

  await narrator.step('She has forgotten her password', 4, async () => {
    await strict.forgotPassword({ email: hedy.email });
    await registry.app('strict').settled();
    return { text: `in the outbox: "${outbox.last().subject}"` };
  });

  await narrator.step('She chooses another', 3, async () => {
    await strict.resetPassword({ token: tokenIn(outbox), newPassword: 'another walk at night' });
    return { text: 'every session of hers has ended' };
  });

  await narrator.step('The sandbox is emptied', 10, async () => {
    const { deletedCount } = await registry.sandbox.reset();
    return { text: `${deletedCount} items are gone, of both applications` };
  });
}

/** What a reader of the last message would follow. */
function tokenIn(outbox) {
  return new URL(outbox.links().at(-1)).searchParams.get('token');
}
