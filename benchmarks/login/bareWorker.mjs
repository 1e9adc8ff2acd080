import { createRequire } from 'node:module';

const require = createRequire(new URL('../../packages/accounts/package.json', import.meta.url));
const { compareSync } = require('bcryptjs');

export default function compare({ password, hash }) {
  return compareSync(password, hash);
}
