import { Accounts } from '@latchkey/accounts';
import { type RequestAccount, requireAccount, toFastifyPlugin } from '@latchkey/accounts/fastify';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { createClient, Table } from '@latchkey/entity';
import fastify from 'fastify';

declare module 'fastify' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- a name for what is added
  interface FastifyRequest extends RequestAccount {}
}

const { PORT = '3000', TOKEN_SECRET = '' } = process.env;

const table = new Table({ name: 'fastify-example', client: createClient() });
await table.ensure(); // in production, the table is deployed
const accounts = new Accounts({ table, sessions: { getTokenSecret: () => TOKEN_SECRET } });

// Every new account may read reports. Deleting them takes a permission that nobody has yet.
accounts.on('CreateUserSuccess', ({ accountId = '' }) =>
  accounts.permissions.grant({ accountId, permission: 'reports:read' }),
);

const app = fastify();
await app.register(toFastifyPlugin(createAccountsHandler(accounts)), { prefix: '/auth' });

app.get('/', () => ({ open: 'to everyone' }));

const mayRead = requireAccount(accounts, { permission: 'reports:read' });
app.get('/reports', { onRequest: mayRead }, (request) => ({
  reader: request.account?.username,
  reports: ['costs', 'sales'],
}));

const mayDelete = requireAccount(accounts, { permission: 'reports:delete' });
app.delete('/reports', { onRequest: mayDelete }, (_request, reply) => reply.code(204).send());

await app.listen({ port: Number(PORT) });
