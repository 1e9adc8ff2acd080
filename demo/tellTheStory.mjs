const ADA = { username: 'Ada', email: 'Ada@Example.com', password: 'a long walk in the hills' };

/** One account's life, each step with its request budget (DESIGN.md, section 9). */
export async function tellTheStory(accounts, narrator) {
  const request = (authToken) => ({
    requestIp: '192.0.2.7',
    userAgent: 'demo',
    onCallDestroySession: null,
    ...(authToken && { authToken }),
  });

  await narrator.step('Ada signs up with a username and an e-mail address', 1, async () => {
    const account = await accounts.createAccount(ADA);
    return { text: `account ${account.accountId}, username "${account.username}"` };
  });

  await narrator.refused('Somebody else wants the same username', 1, 'UsernameAlreadyExists', () =>
    accounts.createAccount({ ...ADA, username: 'ADA', email: 'other@example.com' }),
  );

  await narrator.refused(
    // Two more: a claim that nobody has proven could have lapsed.
    'Somebody else wants the same e-mail address in other letters',
    3,
    'EmailAlreadyExists',
    () => accounts.createAccount({ ...ADA, username: 'grace', email: 'aDA@EXAMPLE.com' }),
  );

  await narrator.refused('Somebody tries a wrong password', 4, 'LoginFailed', () =>
    accounts.userByPasswordLogin({ username: 'ada', password: 'not hers', request: request() }),
  );

  const authToken = await narrator.step('Ada logs in', 5, async () => {
    const login = await accounts.userByPasswordLogin({ ...ADA, request: request() });
    const { ulid, expiresAt } = login.sessionDocument;
    return {
      text: `session ${ulid} until ${expiresAt.toISOString()}`,
      value: login.authToken,
    };
  });

  await narrator.step('A request comes with her token', 1, async () => {
    const { user } = await accounts.handleRequest(request(authToken));
    return { text: `it is ${user.username}` };
  });

  await narrator.step('A request comes without a token', 0, async () => {
    const { user } = await accounts.handleRequest(request());
    return { text: user ? 'it is somebody' : 'it is nobody, and is left alone' };
  });

  await narrator.step('Ada logs out', 1, async () => {
    await accounts.logout({ authToken, request: request() });
    return { text: 'her session has ended, on every instance' };
  });

  await narrator.refused('The same token comes again', 1, 'InvalidSession', () =>
    accounts.handleRequest(request(authToken)),
  );
}
