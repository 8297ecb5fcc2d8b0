/**
 * Measures how long an aggregator without any state of its own takes to get ready, from snapshots of nothing, of a day and of a month:
 * `node apps/aggregator/bench/restore.ts`, after `npx nx build aggregator`, with a broker on KAFKA_BROKERS.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectProducer } from '@login-pipeline/kafka';
import { loginRecords } from './random-state.ts';
import { CONNECTION, createTopics, LOGGER, startAggregator } from './running-aggregator.ts';
import type { BenchTopics, RunningAggregator } from './running-aggregator.ts';

const DAY = 1_440;
const CASES = [
  { partitions: 4, logins: 0, minutes: DAY },
  { partitions: 4, logins: 400_000, minutes: DAY },
  { partitions: 4, logins: 1_000_000, minutes: 31 * DAY },
  { partitions: 64, logins: 2_000_000, minutes: 31 * DAY },
  { partitions: 1_000, logins: 2_000_000, minutes: 31 * DAY },
];
const VERSIONS = 100;
const USERS = 200_000;
const ROUNDS = 3;
const PAUSE_MS = 1_000;
const RECORDS_AT_ONCE = 10_000;

process.stdout.write(
  '| partitions | logins | days | start to ready, s | CPU, s | memory, MB |\n' +
    '| ---------: | -----: | ---: | ----------------: | -----: | ---------: |\n',
);
for (const { partitions, logins, minutes } of CASES) {
  const topics = await createTopics(partitions);
  await fold(topics, logins, minutes);
  const rounds: { readyMs: number; cpuSeconds: number; residentMb: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const aggregator = await startAggregator(topics);
    rounds.push({ readyMs: aggregator.readyMs, ...(await aggregator.usage()) });
    await aggregator.stop();
    await sleep(PAUSE_MS);
  }
  const best = rounds.toSorted((one, other) => one.readyMs - other.readyMs)[0];
  process.stdout.write(
    `| ${partitions} | ${logins} | ${minutes / DAY} | ${((best?.readyMs ?? NaN) / 1_000).toFixed(2)} | ` +
      `${best?.cpuSeconds.toFixed(2)} | ${best?.residentMb.toFixed(0)} |\n`,
  );
}

/** Lets an aggregator count logins, and keep what it has counted. */
async function fold(
  { input, snapshots }: BenchTopics,
  logins: number,
  minutes: number,
): Promise<void> {
  const producer = await connectProducer(CONNECTION, {
    topic: { topic: input, setting: 'INPUT_TOPIC' },
    compression: 'none',
    logger: LOGGER,
  });
  const records = loginRecords({ logins, minutes, versions: VERSIONS, users: USERS });
  for (let from = 0; from < records.length; from += RECORDS_AT_ONCE) {
    await producer.send(records.slice(from, from + RECORDS_AT_ONCE));
  }
  await producer.disconnect();
  const aggregator = await startAggregator({ input, snapshots });
  while ((await counted(aggregator)) < logins) await sleep(PAUSE_MS);
  await aggregator.stop();
}

async function counted({ url }: RunningAggregator): Promise<number> {
  const { total } = (await (await fetch(`${url}/insights`)).json()) as { total: number };
  return total;
}
