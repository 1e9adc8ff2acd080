// A certified OpenID provider on loopback, as a process of its own: it is an ES module alone. It says where
// it listens in one line, and ends with its standard input. Whoever it is told by POST /as is signed in.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import Provider from 'oidc-provider';

const { redirectUris, formPost = false } = JSON.parse(process.argv[2]);
let person = { sub: 'nobody' };
let refuses = false;

const server = createServer((request, response) => {
  void handle(request, response).catch((error) => {
    response.writeHead(500).end(String(error));
  });
});
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  provider = create(issuer);
  callback = provider.callback();
  console.log(JSON.stringify({ issuer }));
});
process.stdin.on('end', () => process.exit()).resume();

let provider;
let callback;

function create(issuer) {
  const created = new Provider(issuer, {
    clients: [
      {
        client_id: 'latchkey',
        client_secret: 'canary-client-secret-of-the-tests',
        redirect_uris: redirectUris,
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
        ...(formPost && { response_modes: ['form_post'] }),
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    pkce: { required: () => true },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ ...person, sub: id }) }),
    cookies: { keys: ['test'] },
  });
  return created;
}

async function handle(request, response) {
  if (request.url === '/as') {
    const given = JSON.parse(await text(request));
    ({ refuses = false, ...person } = given);
    response.end('{}');
    return;
  }
  if (!request.url.startsWith('/interaction/')) {
    callback(request, response);
    return;
  }
  const { params } = await provider.interactionDetails(request, response);
  if (refuses) {
    const error = { error: 'access_denied', error_description: 'canary-text of the provider' };
    await provider.interactionFinished(request, response, error);
    return;
  }
  const grant = new provider.Grant({ accountId: person.sub, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  await provider.interactionFinished(request, response, {
    login: { accountId: person.sub, remember: false },
    consent: { grantId: await grant.save() },
  });
}
