import { createClient, Table } from '@latchkey/entity';

const { TABLE_NAME = '', TOKEN_SECRET = '' } = process.env;

/** The same for both functions, so that one takes the tokens that the other has issued. */
export const options = {
  table: new Table({ name: TABLE_NAME, client: createClient() }),
  sessions: { getTokenSecret: () => TOKEN_SECRET },
};
