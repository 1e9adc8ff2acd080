// An application with accounts, which loads all that loads late: its own copies of jsonwebtoken and bcryptjs
// are the references for our tokens and hashes. It prints what it has found.
import { Buffer } from 'node:buffer';
import { AccountError, Accounts, BcryptHasher } from '@latchkey/accounts';
import { phoneNumbers } from '@latchkey/accounts/phone-numbers';
import { totp } from '@latchkey/accounts/two-factor';
import { createClient, Table } from '@latchkey/entity';

const PASSWORD = 'a long walk in the hills';
const SECRET = 'an example, and at least 32 bytes long';

async function main() {
  const table = new Table({ name: 'application', client: createClient() });
  await table.ensure();
  const messages = [];
  const accounts = new Accounts({
    table,
    sessions: { getTokenSecret: () => SECRET },
    phones: phoneNumbers(),
    twoFactor: totp({
      issuer: 'Application',
      encryptionKeys: [{ kid: '1', key: Buffer.alloc(32, 1).toString('base64') }],
    }),
    delivery: { send: (message) => messages.push(message) },
  });

  const common = { username: 'ada', password: 'password123' };
  const refused = await accounts.createAccount(common).catch((error) => error);
  await accounts.createAccount({ username: 'ada', password: PASSWORD });
  const login = newRequest();
  const { authToken } = await accounts.userByPasswordLogin({
    username: 'ada',
    password: PASSWORD,
    request: login,
  });

  const phone = '+49 30 123456';
  await accounts.contacts.addPhone({ request: login, phone });
  await accounts.contacts.requestPhoneVerification({ request: login, phone });
  const { token: code } = messages.findLast(({ kind }) => kind === 'PhoneVerification');
  await accounts.contacts.verifyPhone({ request: login, phone, code });
  const byPhone = newRequest();
  await accounts.userByPasswordLogin({ username: phone, password: PASSWORD, request: byPhone });
  const { uri, qrCode } = await accounts.twoFactor.enrol({ request: byPhone });

  console.log(
    JSON.stringify({
      common: AccountError.is(refused) && [refused.code, refused.details.reason],
      enrolment: [uri.slice(0, 15), qrCode.slice(0, 4)],
      ...(await compareTokens(accounts, authToken)),
      ...(await compareHashes()),
    }),
  );
}

/** Whether jsonwebtoken takes a token of ours, and we take one that it has signed. */
async function compareTokens(accounts, authToken) {
  const jwt = requireOriginal('jsonwebtoken');
  const payload = jwt.verify(authToken, SECRET, { algorithms: ['HS256'], audience: 'latchkey' });
  const { header } = jwt.decode(authToken, { complete: true });
  const theirs = jwt.sign(payload, SECRET, { header });
  const { user } = await accounts.handleRequest({ ...newRequest(), authToken: theirs });
  const forged = jwt.sign(payload, `${SECRET}.`, { header });
  const refused = await accounts
    .handleRequest({ ...newRequest(), authToken: forged })
    .catch((error) => error);
  return { issuer: payload.iss, theirs: user?.username, forged: refused.code ?? refused.user };
}

/** Whether we take a hash of bcryptjs, in a thread and without one. */
async function compareHashes() {
  const stored = await requireOriginal('bcryptjs').hash(PASSWORD, 10);
  const hashers = [new BcryptHasher(), new BcryptHasher({ threads: 0 })];
  const answersTo = (password) =>
    Promise.all(hashers.map((hasher) => hasher.verify(password, stored)));
  return { right: await answersTo(PASSWORD), wrong: await answersTo('another password') };
}

/** A package as it is published: no copy that is part of another. */
function requireOriginal(name) {
  const { createRequire } = process.getBuiltinModule('node:module');
  return createRequire(process.env.ORIGINALS)(name);
}

function newRequest() {
  return { requestIp: '192.0.2.7', userAgent: 'curl/8', onCallDestroySession: null };
}

void main();
