import { Accounts } from '@latchkey/accounts';
import { requireAccount, toExpressHandler } from '@latchkey/accounts/express';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { createClient, Table } from '@latchkey/entity';
import express from 'express';

const { PORT = '3000', TOKEN_SECRET = '' } = process.env;

const table = new Table({ name: 'express-example', client: createClient() });
await table.ensure(); // in production, the table is deployed
const accounts = new Accounts({ table, sessions: { getTokenSecret: () => TOKEN_SECRET } });

// Every new account may read reports. Deleting them takes a permission that nobody has yet.
accounts.on('CreateUserSuccess', ({ accountId = '' }) =>
  accounts.permissions.grant({ accountId, permission: 'reports:read' }),
);

const app = express();
app.use('/auth', toExpressHandler(createAccountsHandler(accounts)));

app.get('/', (_req, res) => {
  res.json({ open: 'to everyone' });
});
app.get('/reports', requireAccount(accounts, { permission: 'reports:read' }), (req, res) => {
  res.json({ reader: req.account?.username, reports: ['costs', 'sales'] });
});
app.delete('/reports', requireAccount(accounts, { permission: 'reports:delete' }), (_req, res) => {
  res.sendStatus(204);
});

app.listen(Number(PORT), 'localhost');
