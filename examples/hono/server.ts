import { serve } from '@hono/node-server';
import { Accounts } from '@latchkey/accounts';
import { type AccountVariables, requireAccount, toHonoHandler } from '@latchkey/accounts/hono';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { createClient, Table } from '@latchkey/entity';
import { Hono } from 'hono';

const { PORT = '3000', TOKEN_SECRET = '' } = process.env;

const table = new Table({ name: 'hono-example', client: createClient() });
await table.ensure(); // in production, the table is deployed
const accounts = new Accounts({ table, sessions: { getTokenSecret: () => TOKEN_SECRET } });

// Every new account may read reports. Deleting them takes a permission that nobody has yet.
accounts.on('CreateUserSuccess', ({ accountId = '' }) =>
  accounts.permissions.grant({ accountId, permission: 'reports:read' }),
);

const app = new Hono<{ Variables: AccountVariables }>()
  .all('/auth/*', toHonoHandler(createAccountsHandler(accounts)))
  .get('/', (c) => c.json({ open: 'to everyone' }))
  .get('/reports', requireAccount(accounts, { permission: 'reports:read' }), (c) =>
    c.json({ reader: c.get('account').username, reports: ['costs', 'sales'] }),
  )
  .delete('/reports', requireAccount(accounts, { permission: 'reports:delete' }), (c) =>
    c.body(null, 204),
  );

serve({ fetch: app.fetch, port: Number(PORT), hostname: 'localhost' });
