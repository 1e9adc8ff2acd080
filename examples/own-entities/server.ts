import { Accounts } from '@latchkey/accounts';
import { requireAccount, toExpressHandler } from '@latchkey/accounts/express';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { createClient, Table } from '@latchkey/entity';
import express from 'express';
import { newOrder, Order } from './Order.js';

const { PORT = '3000', TOKEN_SECRET = '' } = process.env;

const table = new Table({ name: 'own-entities-example', client: createClient() });
const orders = table.entity(Order); // bound, or else an account with orders could not be deleted
await table.ensure(); // in production, the table is deployed
const accounts = new Accounts({ table, sessions: { getTokenSecret: () => TOKEN_SECRET } });

const app = express();
app.use('/auth', toExpressHandler(createAccountsHandler(accounts)));
app.use('/orders', requireAccount(accounts), express.json());

app.post('/orders', async ({ account, body }, res) => {
  const { accountId = '' } = account ?? {};
  const { data, error } = newOrder.safeParse(body);
  if (error) res.status(400).json({ issues: error.issues });
  else res.status(201).json((await orders.createOne({ item: { ...data, accountId } })).item);
});
app.get('/orders', async ({ account }, res) => {
  const { accountId = '' } = account ?? {};
  const { items } = await orders.findMany({ filter: { accountId }, sort: 'descending', limit: 20 });
  res.json(items.map(({ article, quantity }) => ({ article, quantity })));
});

app.listen(Number(PORT), 'localhost');
