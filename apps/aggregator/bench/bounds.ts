/**
 * Measures what an aggregator of many partitions costs: how long one without any state gets ready,
 * its memory, and what it writes as snapshots while logins flow in.
 * `node apps/aggregator/bench/bounds.ts`, after `npx nx build aggregator`, beside `npm run kafka`,
 * whose files show what was written. It takes some ten minutes.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectProducer } from '@login-pipeline/nest-streams';
import type { RecordProducer } from '@login-pipeline/nest-streams';
import { MINUTES_PER_DAY, MS_PER_DAY } from '../src/utc.ts';
import { loginRecords } from './random-state.ts';
import { CONNECTION, createTopics, LOGGER, startAggregator } from './running-aggregator.ts';
import type { BenchTopics, RunningAggregator } from './running-aggregator.ts';

const LOGS = join(import.meta.dirname, '../../../.kafka/data/node-1-of-1');
const CASES = [
  { partitions: 4, logins: 0, days: 1 },
  { partitions: 4, logins: 400_000, days: 1 },
  { partitions: 4, logins: 1_000_000, days: 31 },
  { partitions: 64, logins: 2_000_000, days: 31 },
  { partitions: 1_000, logins: 2_000_000, days: 31 },
];
const VERSIONS = 100;
const USERS = 200_000;
const ROUNDS = 3;
const PAUSE_MS = 1_000;
const RECORDS_AT_ONCE = 10_000;
const LOGINS_PER_SECOND = 2_000;
const SECONDS = 30;

process.stdout.write(
  '| partitions | logins | days | start to ready, s | CPU, s | memory, MB | on disk, MB | written, kB/s | busy, % of a core |\n' +
    '| ---------: | -----: | ---: | ----------------: | -----: | ---------: | ----------: | ------------: | ----------------: |\n',
);
for (const shape of CASES) process.stdout.write(`| ${(await measure(shape)).join(' | ')} |\n`);

async function measure({ partitions, logins, days }: (typeof CASES)[number]): Promise<string[]> {
  const topics = await createTopics(partitions);
  const producer = await connectProducer(CONNECTION, {
    topic: { topic: topics.input, setting: 'INPUT_TOPIC' },
    compression: 'none',
    logger: LOGGER,
  });
  const startMs = Date.now() - days * MS_PER_DAY;
  const shape = { versions: VERSIONS, users: USERS };
  const past = loginRecords({ ...shape, logins, minutes: days * MINUTES_PER_DAY, startMs });
  for (let from = 0; from < past.length; from += RECORDS_AT_ONCE) {
    await producer.send(past.slice(from, from + RECORDS_AT_ONCE));
  }
  const aggregator = await startAggregator(topics);
  while ((await counted(aggregator)) < logins) await sleep(PAUSE_MS);
  const steady = logins === 0 ? undefined : await keepUp(aggregator, topics, producer);
  await aggregator.stop();
  await producer.disconnect();
  const onDisk = await bytesOf(topics.snapshots);
  const starts = [];
  for (let round = 0; round < ROUNDS; round += 1) starts.push(await start(topics));
  const best = starts.toSorted((one, other) => one.readyMs - other.readyMs)[0];
  return [
    String(partitions),
    String(logins),
    String(days),
    ((best?.readyMs ?? NaN) / 1_000).toFixed(2),
    best?.cpuSeconds.toFixed(2) ?? '',
    best?.residentMb.toFixed(0) ?? '',
    (onDisk / 1e6).toFixed(1),
    steady === undefined ? '' : (steady.bytesPerSecond / 1e3).toFixed(0),
    steady?.busyPercent.toFixed(0) ?? '',
  ];
}

/** Lets logins of now flow in for a while. */
async function keepUp(
  aggregator: RunningAggregator,
  { snapshots }: BenchTopics,
  producer: RecordProducer,
): Promise<{ readonly bytesPerSecond: number; readonly busyPercent: number }> {
  const logins = LOGINS_PER_SECOND * SECONDS;
  const startMs = Date.now() - SECONDS * 1_000;
  const records = loginRecords({
    logins,
    minutes: SECONDS / 60,
    versions: VERSIONS,
    users: USERS,
    startMs,
  });
  const [bytes, { cpuSeconds }] = await Promise.all([bytesOf(snapshots), aggregator.usage()]);
  const begunMs = performance.now();
  for (let second = 0; second < SECONDS; second += 1) {
    const from = second * LOGINS_PER_SECOND;
    await producer.send(records.slice(from, from + LOGINS_PER_SECOND));
    await sleep(Math.max(0, begunMs + (second + 1) * 1_000 - performance.now()));
  }
  const seconds = (performance.now() - begunMs) / 1_000;
  const [bytesNow, now] = await Promise.all([bytesOf(snapshots), aggregator.usage()]);
  return {
    bytesPerSecond: (bytesNow - bytes) / seconds,
    busyPercent: ((now.cpuSeconds - cpuSeconds) / seconds) * 100,
  };
}

async function start(
  topics: BenchTopics,
): Promise<{ readyMs: number; cpuSeconds: number; residentMb: number }> {
  const aggregator = await startAggregator(topics);
  const usage = await aggregator.usage();
  await aggregator.stop();
  await sleep(PAUSE_MS);
  return { readyMs: aggregator.readyMs, ...usage };
}

async function counted({ url }: RunningAggregator): Promise<number> {
  const { total } = (await (await fetch(`${url}/insights`)).json()) as { total: number };
  return total;
}

/** @returns the size of all segments of the topic on the broker */
async function bytesOf(topic: string): Promise<number> {
  const partitions = (await readdir(LOGS)).filter((name) => name.startsWith(`${topic}-`));
  let bytes = 0;
  for (const partition of partitions) {
    const files = await readdir(join(LOGS, partition));
    for (const file of files.filter((name) => name.endsWith('.log'))) {
      bytes += (await stat(join(LOGS, partition, file))).size;
    }
  }
  return bytes;
}
