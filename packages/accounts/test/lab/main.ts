import { createTestTable, localClient } from '@latchkey/entity/testing';
import { historyText } from './calls.js';
import type { Client } from './LabClient.js';
import { runHistory, type HistoryResult, type Lane } from './runHistory.js';
import { WorkerProcess } from './WorkerProcess.js';

/** The options of `npm run lab`. */
export interface LabOptions {
  readonly endpoint: string;
  /** The program of `worker.ts`. */
  readonly worker: string;
  readonly seed: number;
  /** The most histories, and the longest time; whichever is reached first. */
  readonly histories: number;
  readonly minutes: number;
  /** Number of the only history to run, again and again: its races differ. */
  readonly only: number | undefined;
  /** The run ends with so many violations (default: 5). */
  readonly maxViolations?: number;
}

/** The result of a run. */
export interface LabReport {
  readonly histories: number;
  readonly calls: number;
  /** Calls whose answer did not tell whether they have happened. */
  readonly unanswered: number;
  readonly faults: number;
  readonly undecided: number;
  readonly violations: number;
  /** How often each kind of call ended how. */
  readonly outcomes: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const PROCESSES = 3;
const LANES = 3;
const CLIENTS_PER_LANE = 7;

/** Makes a client in one of the processes, which are taken in turn. */
function newClientOf(processes: readonly WorkerProcess[], at: number): Client {
  const found = processes[at % processes.length];
  if (!found) throw new Error('there is no process');
  return found.newClient();
}

/** Runs histories, several at a time, whose clients are spread over several processes. */
export async function runLab(
  { endpoint, worker, seed, histories, minutes, only, maxViolations = 5 }: LabOptions,
  say: (text: string) => void,
): Promise<LabReport> {
  const processes = Array.from({ length: PROCESSES }, () => new WorkerProcess(worker));
  const client = localClient(endpoint);
  const report = { histories: 0, calls: 0, unanswered: 0, faults: 0, undecided: 0, violations: 0 };
  const outcomes: Record<string, Record<string, number>> = {};
  const endsAt = performance.now() + minutes * 60_000;
  let begun = 0;
  const count = ({ history, faults, result }: HistoryResult): void => {
    report.histories++;
    report.calls += history.length;
    report.faults += faults;
    if (result === 'undecided') report.undecided++;
    for (const { call, outcome } of history) {
      const ofKind = (outcomes[call.kind] ??= {});
      const code = outcome.code ?? 'ok';
      ofKind[code] = (ofKind[code] ?? 0) + 1;
      if (code === 'ServiceUnavailable') report.unanswered++;
    }
  };
  const runLane = async (): Promise<void> => {
    const { table } = await createTestTable([], { client });
    const clients = Array.from({ length: CLIENTS_PER_LANE }, (_each, at) =>
      newClientOf(processes, at),
    );
    const lane: Lane = { client, endpoint, tableName: table.name, clients };
    while (begun < histories && performance.now() < endsAt && report.violations < maxViolations) {
      begun++;
      const at = only ?? begun - 1;
      const result = await runHistory(lane, seed * 1000 + at);
      count(result);
      if (result.result === 'violation' || result.problems.length > 0) {
        report.violations++;
        say(
          [
            `VIOLATION in history ${String(at)}: npm run lab -- --seed ${String(seed)} --only ${String(at)}`,
            ...result.problems,
            ...(result.stuck ? [`None of these can come next: ${result.stuck.join(', ')}`] : []),
            historyText(result.violation ?? result.history),
          ].join('\n'),
        );
      }
      if (report.histories % 250 === 0) say(`${String(report.histories)} histories`);
    }
    await table.delete();
  };
  try {
    await Promise.all(Array.from({ length: LANES }, runLane));
  } finally {
    for (const each of processes) each.stop();
    client.destroy();
  }
  return { ...report, outcomes };
}
