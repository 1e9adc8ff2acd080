import { createClient, Table } from '@latchkey/entity';
import { latchkeyWith } from './latchkeyWith.mjs';

export const { prepare, answer } = latchkeyWith(
  new Table({ name: 'latchkey', client: createClient() }),
);
