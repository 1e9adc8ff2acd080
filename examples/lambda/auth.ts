import { Accounts } from '@latchkey/accounts';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { createLambdaHandler } from '@latchkey/accounts/lambda';
import { options } from './options.js';

export const handler = createLambdaHandler(createAccountsHandler(new Accounts(options)));
