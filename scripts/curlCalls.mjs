// The calls of `curl` that a text prints, with what it says that they answer.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CommandError } from './run.mjs';

const run = promisify(execFile);
/** As printed; the tests' servers are elsewhere. */
const PLACES = /\$API\b|\blocalhost:3000\b/g;
const TIMEOUT_SECONDS = 30;

/**
 * The calls in the `sh` blocks of a Markdown text. The comment below a call is its answer, in which `…`
 * stands for anything; without one, the answer is empty.
 */
export function curlCalls(markdown) {
  const calls = [];
  for (const [, block] of markdown.matchAll(/^```sh\n(.*?)^```$/gms)) {
    let call;
    for (const line of block.split('\n')) {
      if (line.startsWith('curl ')) calls.push((call = { command: line, expected: '' }));
      else if (call && line.startsWith('# ')) call.expected += line.slice(2);
      else call = undefined;
    }
  }
  return calls;
}

/** Makes the calls one after the other, in a folder for their cookies, and compares the answers. */
export async function runCurlCalls(calls, { address, cwd }) {
  const call = (await hasCurl()) ? withCurl : withFetch(new Map());
  for (const { command, expected } of calls) {
    const answer = await call(argumentsOf(command.replaceAll(PLACES, address)), cwd);
    if (!patternOf(expected).test(answer)) {
      throw new CommandError(`${command}\n  answered ${answer}\n  and not  ${expected}`);
    }
  }
}

/** The arguments as a shell would split them. */
function argumentsOf(command) {
  return Array.from(command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g), ([, ...found]) =>
    found.find((text) => text !== undefined),
  ).slice(1);
}

function patternOf(expected) {
  const parts = expected.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}\\n?$`, 's');
}

/** Whether curl is there, and sends Secure cookies to `localhost`, as 7.79 and newer do. */
async function hasCurl() {
  const { stdout } = await run('curl', ['--version']).catch(() => ({ stdout: '' }));
  const [, major, minor] = /^curl (\d+)\.(\d+)/.exec(stdout) ?? [];
  return Number(major) > 7 || (Number(major) === 7 && Number(minor) >= 79);
}

async function withCurl(args, cwd) {
  const { stdout } = await run('curl', ['-sS', '-m', String(TIMEOUT_SECONDS), ...args], { cwd });
  return stdout;
}

/** The few options of curl that the texts use; `jars` has the cookies by the name of the file. */
function withFetch(jars) {
  return async (args) => {
    const options = new Map();
    while (args.length > 1) options.set(args.shift(), args.shift());
    const unknown = [...options.keys()].find(
      (name) => !['-X', '-H', '-d', '-b', '-c'].includes(name),
    );
    if (unknown) throw new CommandError(`Without curl 7.79 or newer, there is no ${unknown}.`);
    const headers = new Headers();
    if (options.has('-H')) headers.append(...options.get('-H').split(/:\s*(.*)/, 2));
    if (options.has('-b')) headers.set('cookie', jars.get(options.get('-b'))?.join('; ') ?? '');
    const body = options.get('-d');
    const method = options.get('-X') ?? (body === undefined ? 'GET' : 'POST');
    const signal = AbortSignal.timeout(TIMEOUT_SECONDS * 1000);
    const response = await fetch(`http://${args[0]}`, { method, headers, body, signal });
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    if (options.has('-c')) jars.set(options.get('-c'), cookies);
    return response.text();
  };
}
