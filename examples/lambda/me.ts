import { Guard } from '@latchkey/accounts/guard';
import { requireAccount } from '@latchkey/accounts/lambda';
import { options } from './options.js';

export const handler = requireAccount(new Guard(options))(({ account }) => ({
  hello: account.username,
}));
