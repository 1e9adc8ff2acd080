// Does as the documentation says: `latchkey local` in one terminal, its `export` lines in another.
import { once } from 'node:events';
import { join } from 'node:path';
import { CommandError, start } from './run.mjs';
import { readJson, ROOT } from './setup.mjs';

/**
 * Starts `latchkey local` with the given environment and nothing else in it.
 *
 * @returns what its three lines export, and a function that stops it as Ctrl-C does.
 */
export async function startLatchkeyLocal(env) {
  const entity = join(ROOT, 'packages', 'entity');
  const command = join(entity, readJson(entity, 'package.json').bin.latchkey);
  const args = ['--no-warnings', command, 'local'];
  const local = start(process.execPath, args, { env, inherit: false });
  const ended = once(local, 'exit');
  const stop = async () => {
    local.kill('SIGTERM');
    const [code] = await ended;
    if (code !== 0) throw new CommandError(`latchkey local ended with ${code}.`);
  };
  const lines = await firstLines(local, 3);
  const exported = lines.map((line) => /^export (\w+)=(\S+)$/.exec(line).slice(1));
  return { exported: Object.fromEntries(exported), stop };
}

/** The first lines that a program prints; throws if it ends before. */
async function firstLines(child, count) {
  let [out, error] = ['', ''];
  child.stderr.on('data', (text) => (error += text));
  for await (const text of child.stdout.iterator({ destroyOnReturn: false })) {
    out += text;
    if (out.split('\n').length > count) return out.split('\n').slice(0, count);
  }
  throw new CommandError(`latchkey local printed no more than: ${out}${error}`);
}
