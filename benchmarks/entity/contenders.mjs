import { assertSameWork } from './assertSameWork.mjs';
import * as electrodb from './contenders/electrodb.mjs';
import { latchkey, latchkeyOwnClient } from './contenders/latchkey.mjs';
import * as onetable from './contenders/onetable.mjs';
import * as rawClient from './contenders/rawClient.mjs';
import * as rawLib from './contenders/rawLib.mjs';
import * as toolbox from './contenders/toolbox.mjs';
import { Network } from './Network.mjs';

const CONTENDERS = [latchkey, latchkeyOwnClient, rawLib, rawClient, electrodb, toolbox, onetable];

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
