/**
 * Measures what a partition costs: the fold, snapshots in bytes and time, the state in memory, and
 * answers of all partitions: `node --expose-gc apps/aggregator/bench/insights.ts`.
 */
import { SharedAnswers } from '../src/http/shared-answers.ts';
import { InsightsBoard } from '../src/board/insights-board.ts';
import type { PeriodQuery } from '../src/board/period.ts';
import { PartitionState } from '../src/state/partition-state.ts';
import { readSections } from '../src/state/sections.ts';
import { WrittenSections } from '../src/state/testing/written-sections.ts';
import { foldAll, LIMITS, randomLogins } from './random-state.ts';
import type { FoldArguments, StateShape } from './random-state.ts';

const SHAPES: readonly StateShape[] = [
  { logins: 1_000_000, minutes: 1_440, versions: 5, users: 100_000 },
  { logins: 1_000_000, minutes: 44_640, versions: 5, users: 100_000 },
  { logins: 4_000_000, minutes: 44_640, versions: 100, users: 1_000_000 },
];
const PARTITIONS = 4;
const SECONDS = 60;
const MS_PER_SECOND = 1_000;
const PERIODS: readonly PeriodQuery[] = [{}, { last: '1h' }, { last: '7d' }, { last: '30d' }];

for (const shape of SHAPES) measure(shape);

function measure(shape: StateShape): void {
  const logins = randomLogins(shape);
  const foldNs = (timeUs(() => foldAll(logins), 1, 3) * 1_000) / shape.logins;
  const state = foldAll(logins);
  const endMs = logins.at(-1)?.timeMs ?? 0;
  const topic = new WrittenSections();
  const complete = topic.write(state, endMs);
  const completeUs = timeUs(() => new WrittenSections().write(state, endMs), 5);
  const readUs = timeUs(() => {
    readSections(new PartitionState(LIMITS), complete);
  }, 5);
  const steady = steadyBytes(state, topic, logins);
  process.stdout.write(
    `\n${JSON.stringify(shape)}: fold ${foldNs.toFixed(0)} ns per login\n` +
      `complete snapshot ${String(topic.bytes[0])} bytes in ${String(complete.sections.size)} sections, ` +
      `${completeUs.toString()} µs to write, ${readUs.toString()} µs to read\n` +
      `each second ${steady.bytes.toFixed(0)} bytes, ${steady.us.toString()} µs; ` +
      `${heapKb(complete).toFixed(0)} kB of memory\n`,
  );
  const copies = Array.from({ length: PARTITIONS }, () => {
    const copy = new PartitionState(LIMITS);
    readSections(copy, complete);
    return copy;
  });
  for (const query of PERIODS) {
    let clock = 0;
    const board = new InsightsBoard({
      ...LIMITS,
      now: () => endMs,
      monotonic: () => (clock += 1e6),
    });
    for (const [partition, copy] of copies.entries()) board.show(partition, copy);
    const answers = new SharedAnswers(board, () => endMs);
    const firstUs = timeUs(() => answers.insights(query), 1, 1);
    const us = timeUs(() => {
      board.show(0, touched(copies[0], endMs));
      answers.insights(query);
    });
    process.stdout.write(
      `answer ${JSON.stringify(query)} of ${PARTITIONS} partitions: ${firstUs} µs at first, ${us} µs after a change\n`,
    );
  }
}

/** Goes on at the rate of the shape, with a snapshot each second. */
function steadyBytes(
  state: PartitionState,
  topic: WrittenSections,
  logins: readonly FoldArguments[],
): { readonly bytes: number; readonly us: number } {
  const endMs = logins.at(-1)?.timeMs ?? 0;
  const spanMs = endMs - (logins[0]?.timeMs ?? 0);
  const perSecond = Math.max(1, Math.round((logins.length / spanMs) * MS_PER_SECOND));
  const begun = topic.bytes.length;
  let us = 0;
  for (let second = 0; second < SECONDS; second += 1) {
    const timeMs = endMs + second * MS_PER_SECOND;
    state.startBatch(Infinity);
    for (let index = 0; index < perSecond; index += 1) {
      const login = logins[(second * perSecond + index) % logins.length];
      if (login !== undefined) state.fold(login, timeMs, timeMs);
    }
    us += timeUs(() => topic.write(state, timeMs), 1, 1);
  }
  const written = topic.bytes.slice(begun);
  return {
    bytes: written.reduce((sum, bytes) => sum + bytes, 0) / written.length,
    us: Math.round(us / SECONDS),
  };
}

function touched(state: PartitionState | undefined, timeMs: number): PartitionState {
  if (state === undefined) throw new Error('there is no state');
  state.startBatch(Infinity);
  state.fold(
    {
      user_id: '3b241101-e2bb-4255-8caf-4136c566a962',
      app_version: '2.0.0',
      device_type: 'iOS',
      locale: 'TX',
    },
    timeMs,
    timeMs,
  );
  return state;
}

/** @returns what a restored state takes, its sections included */
function heapKb(snapshot: ReturnType<WrittenSections['write']>): number {
  const before = memoryInUse();
  const states = Array.from({ length: 200 }, () => {
    const state = new PartitionState(LIMITS);
    const sections = new Map(
      [...snapshot.sections].map(([name, bytes]) => [name, Buffer.from(bytes)]),
    );
    readSections(state, { ...snapshot, sections });
    return { state, sections };
  });
  return (memoryInUse() - before) / states.length / 1_024;
}

function memoryInUse(): number {
  // The first collection frees what the sweeper of the one before still holds.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** CPU time of one run, the least of several rounds: what else the machine does only ever adds to it. */
function timeUs(run: () => unknown, runs = 20, rounds = 9): number {
  const times = Array.from({ length: rounds }, () => {
    const start = process.cpuUsage();
    for (let time = 0; time < runs; time += 1) run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / runs;
  });
  return Math.round(Math.min(...times));
}
