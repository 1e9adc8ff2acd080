import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = path.join(__dirname, '../../../../web/test/compareUnits.mjs');

interface Compared {
  readonly engine: 'local' | 'dynoxide';
  readonly command: string;
  readonly units: number;
  readonly reported: number;
}

let compared: readonly Compared[];

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', SCRIPT]);
  compared = JSON.parse(stdout) as readonly Compared[];
});

/** Requests that DynamoDB Local reports otherwise than AWS charges them: transactions, and reads that find nothing. */
const isWrong = ({ engine, command, reported }: Compared): boolean =>
  engine === 'local' && (command === 'TransactWriteItems' || reported === 0);

describe('The units that the tour counts', () => {
  it('are those that a DynamoDB reports, wherever it reports rightly', () => {
    const trusted = compared.filter((each) => !isWrong(each));
    expect(trusted.map(({ units }) => units)).toEqual(trusted.map(({ reported }) => reported));
  });

  it('are the same on every engine', () => {
    const engines = [...new Set(compared.map(({ engine }) => engine))];
    const [one = [], ...others] = engines.map((engine) =>
      compared.filter((each) => each.engine === engine),
    );
    const unitsOf = (list: readonly Compared[]): readonly (readonly [string, number])[] =>
      list.map(({ command, units }) => [command, units]);
    for (const other of others) expect(unitsOf(other)).toEqual(unitsOf(one));
  });

  it('were compared for writes and reads, small and large', () => {
    const commands = new Set(compared.map(({ command }) => command));
    for (const command of ['UpdateItem', 'TransactWriteItems', 'Query', 'BatchGetItem']) {
      expect(commands).toContain(command);
    }
    expect(Math.max(...compared.map(({ units }) => units))).toBeGreaterThan(20);
  });
});
