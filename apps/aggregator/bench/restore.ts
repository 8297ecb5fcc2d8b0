/**
 * Measures how long an aggregator without any state of its own takes to get ready, with a day of minutes per partition
 * and more or less of the snapshots' history not yet compacted: `node apps/aggregator/bench/restore.ts`, after
 * `npx nx build aggregator`, with a broker on KAFKA_BROKERS.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectProducer } from '@login-pipeline/kafka';
import { encodeSnapshot } from '../src/insights/index.ts';
import { foldAll, randomLogins } from './random-state.ts';
import { CONNECTION, createTopics, LOGGER, startAggregator } from './running-aggregator.ts';
import type { BenchTopics } from './running-aggregator.ts';

const SHAPE = { logins: 100_000, minutes: 1440, versions: 5, users: 10_000 };
/** Snapshots of each partition in the topic: only the newest counts, the others await compaction. */
const CASES = [
  { partitions: 4, versions: 0 },
  { partitions: 4, versions: 1 },
  { partitions: 4, versions: 3600 },
  { partitions: 64, versions: 1 },
  { partitions: 64, versions: 60 },
];
const ROUNDS = 3;
const PAUSE_BETWEEN_ROUNDS_MS = 1_000;

const logins = randomLogins(SHAPE);
process.stdout.write(
  '| partitions | snapshots of each | MB read | start to ready, s | CPU, s |\n' +
    '| ---------: | ----------------: | ------: | ----------------: | -----: |\n',
);
for (const { partitions, versions } of CASES) {
  const topics = await createTopics(partitions);
  const bytes = await writeSnapshots(topics, partitions, versions);
  const rounds: { readyMs: number; cpuSeconds: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const aggregator = await startAggregator(topics);
    rounds.push({ readyMs: aggregator.readyMs, ...(await aggregator.usage()) });
    await aggregator.stop();
    await sleep(PAUSE_BETWEEN_ROUNDS_MS);
  }
  const best = rounds.toSorted((one, other) => one.readyMs - other.readyMs)[0];
  process.stdout.write(
    `| ${partitions} | ${versions} | ${(bytes / 1e6).toFixed(1)} | ` +
      `${((best?.readyMs ?? NaN) / 1_000).toFixed(2)} | ${best?.cpuSeconds.toFixed(2)} |\n`,
  );
}

/** @returns bytes of all snapshots together */
async function writeSnapshots(
  { input, snapshots }: BenchTopics,
  partitions: number,
  versions: number,
): Promise<number> {
  const inputs = await connectProducer(CONNECTION, {
    topic: { topic: input, setting: 'INPUT_TOPIC' },
    compression: 'none',
    logger: LOGGER,
  });
  const producer = await connectProducer(CONNECTION, {
    topic: { topic: snapshots, setting: 'SNAPSHOT_TOPIC' },
    compression: 'none',
    logger: LOGGER,
  });
  const timestamp = String(Date.now());
  // A snapshot behind the end of its partition would be refused; records without key go to the partitions by turns.
  const fillers = Array.from({ length: partitions }, () => ({ key: null, value: null, timestamp }));
  for (let version = 0; version < versions; version += 1) await inputs.send(fillers);
  const state = foldAll(logins, SHAPE);
  let bytes = 0;
  for (let partition = 0; partition < partitions; partition += 1) {
    const history = Array.from({ length: versions }, (_, version) => {
      state.nextOffset = BigInt(version + 1);
      const value = encodeSnapshot(state);
      bytes += value.length;
      const headers = [['next-offset', state.nextOffset.toString()]] as const;
      return { key: Buffer.from(`${input}-${partition}`), value, headers, timestamp };
    });
    await producer.send(history);
  }
  await inputs.disconnect();
  await producer.disconnect();
  return bytes;
}
