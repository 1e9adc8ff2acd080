import { createLeanClient, Table } from '@latchkey/entity/lean';
import { latchkeyWith } from './latchkeyWith.mjs';

export const { prepare, answer } = latchkeyWith(
  new Table({ name: 'latchkey-lean', client: createLeanClient() }),
);
