/** Measures the fold, the snapshot's size and time in several encodings, and the merge: `node bench/insights.ts`. */
import { brotliCompressSync, brotliDecompressSync, constants, deflateRawSync } from 'node:zlib';
import { decodeSnapshot, encodeSnapshot, mergeStates } from '../src/insights/index.ts';
import type { PartitionState } from '../src/insights/index.ts';
import { foldAll, randomLogins } from './random-state.ts';

const HEADER_BYTES = 5;
const SHAPES = [
  { logins: 20_000, minutes: 1440, versions: 5, users: 1000 },
  { logins: 1_000_000, minutes: 1440, versions: 5, users: 100_000 },
  { logins: 1_000_000, minutes: 10_000, versions: 1000, users: 100_000 },
];

for (const shape of SHAPES) {
  const logins = randomLogins(shape);
  const state = foldAll(logins, shape);
  const foldNs = (timeUs(() => foldAll(logins, shape), 1) * 1000) / shape.logins;
  const snapshot = encodeSnapshot(state);
  const binary = brotliDecompressSync(snapshot.subarray(HEADER_BYTES));
  const json = Buffer.from(asJson(state));
  const topic = {
    byPartition: new Map([0, 1, 2, 3].map((partition) => [partition, state] as const)),
    due: new Map(),
  };

  const rows: readonly (readonly [string, number | undefined, number | undefined])[] = [
    ['JSON', json.length, timeUs(() => asJson(state))],
    ['JSON, deflate 1', ...compressed(json, deflate(1))],
    ['binary', binary.length, undefined],
    ['binary, deflate 1', ...compressed(binary, deflate(1))],
    ['binary, deflate 6', ...compressed(binary, deflate(6))],
    ['binary, brotli 0', ...compressed(binary, brotli(0))],
    ['binary, brotli 1', ...compressed(binary, brotli(1))],
    ['binary, brotli 4', ...compressed(binary, brotli(4))],
    ['encodeSnapshot', snapshot.length, timeUs(() => encodeSnapshot(state))],
    ['decodeSnapshot', undefined, timeUs(() => decodeSnapshot(snapshot, state.limits))],
    ['mergeStates, 4 partitions', undefined, timeUs(() => mergeStates(topic, 1000))],
  ];
  process.stdout.write(
    `\n${JSON.stringify(shape)}: fold ${foldNs.toFixed(0)} ns per login\n\n` +
      '| what | bytes | µs |\n| --- | --: | --: |\n' +
      rows.map(([what, bytes = '', us = '']) => `| ${what} | ${bytes} | ${us} |\n`).join(''),
  );
}

/** CPU time of one run, the least of several rounds: what else the machine does only ever adds to it. */
function timeUs(run: () => unknown, runs = 20): number {
  const rounds = Array.from({ length: 9 }, () => {
    const start = process.cpuUsage();
    for (let times = 0; times < runs; times += 1) run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / runs;
  });
  return Math.round(Math.min(...rounds));
}

function compressed(
  bytes: Buffer,
  compress: (bytes: Buffer) => Buffer,
): readonly [bytes: number, us: number] {
  return [compress(bytes).length, timeUs(() => compress(bytes))];
}

function deflate(level: number): (bytes: Buffer) => Buffer {
  return (bytes) => deflateRawSync(bytes, { level });
}

function brotli(quality: number): (bytes: Buffer) => Buffer {
  return (bytes) =>
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
}

/** The same state as JSON text, each number written in decimal digits. */
function asJson(state: PartitionState): string {
  const minutes: number[] = [];
  state.traffic.forEach((minute, count) => minutes.push(minute, count));
  return JSON.stringify({
    ...state.ledger(),
    nextOffset: state.nextOffset.toString(),
    deviceTypes: [...state.deviceTypes.entries()],
    locales: [...state.locales.entries()],
    appVersions: [...state.appVersions.entries()],
    minutes,
    hours: [...state.adoption.hours].map(([hour, versions]) => [hour, [...versions]]),
    registers: Buffer.from(state.distinctUsers.registers).toString('base64'),
    samples: [...state.dailyUsers.samples].map(([day, { level, users }]) => [
      day,
      level,
      [...users].map(([key, { rank, logins }]) => [key, rank, logins]),
    ]),
  });
}
