/** What an application imports for its accounts, in DynamoDB or in a database of its own. */
export const LIBRARIES = {
  'latchkey: Accounts, Table':
    "export { Accounts } from '@latchkey/accounts'; export { Table } from '@latchkey/entity';",
  'latchkey: Accounts, Table, HTTP':
    "export { Accounts } from '@latchkey/accounts'; export { Table } from '@latchkey/entity';" +
    "export { createAccountsHandler, createAccountGuard } from '@latchkey/accounts/http';",
  'latchkey: Guard, Table':
    "export { Guard } from '@latchkey/accounts/guard'; export { Table } from '@latchkey/entity';",
  'latchkey: Guard, its table from elsewhere': "export { Guard } from '@latchkey/accounts/guard';",
  'latchkey: Accounts, Table, lean client':
    "export { Accounts } from '@latchkey/accounts'; export { createLeanClient, Table } from '@latchkey/entity/lean';",
  'latchkey: Guard, Table, lean client':
    "export { Guard } from '@latchkey/accounts/guard'; export { createLeanClient, Table } from '@latchkey/entity/lean';",
  'latchkey: Table': "export { Table } from '@latchkey/entity';",
  'better-auth': "export { betterAuth } from 'better-auth';",
  'better-auth/minimal': "export { betterAuth } from 'better-auth/minimal';",
  'Auth.js, DynamoDB adapter':
    "export { Auth } from '@auth/core'; export { DynamoDBAdapter } from '@auth/dynamodb-adapter';" +
    "export { default as Credentials } from '@auth/core/providers/credentials';",
};
