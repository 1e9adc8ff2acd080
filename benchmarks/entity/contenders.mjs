import { assertSameWork } from './assertSameWork.mjs';
import * as electrodb from './contenders/electrodb.mjs';
import { latchkey, latchkeyLean, latchkeyOwnClient } from './contenders/latchkey.mjs';
import * as onetable from './contenders/onetable.mjs';
import * as rawClient from './contenders/rawClient.mjs';
import * as rawLib from './contenders/rawLib.mjs';
import * as toolbox from './contenders/toolbox.mjs';
import { LEAN, LEAN_DOCUMENT_CLIENT } from './client.mjs';
import { Network } from './Network.mjs';

/** Each library, with the client that its documentation makes, and with the leanest that it works with. */
const CONTENDERS = [
  latchkey,
  latchkeyLean,
  latchkeyOwnClient,
  ...withLeanClient(rawLib, LEAN_DOCUMENT_CLIENT),
  ...withLeanClient(rawClient, LEAN),
  ...withLeanClient(electrodb, LEAN_DOCUMENT_CLIENT),
  ...withLeanClient(toolbox, LEAN_DOCUMENT_CLIENT),
  ...withLeanClient(onetable, LEAN),
];

function withLeanClient({ name, open }, options) {
  return [
    { name, open },
    { name: `${name}, lean`, open: (network) => open(network, options) },
  ];
}

/** Opens every contender on a network of its own, once it has proved that it does its work. */
export async function openContenders() {
  const opened = [];
  for (const { name, open } of CONTENDERS) {
    const network = new Network();
    const contender = { name, ...open(network) };
    await assertSameWork(contender, network);
    opened.push(contender);
  }
  return opened;
}
