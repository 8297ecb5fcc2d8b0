/**
 * Measures how fast `GET /insights` is answered while logins flow in: `node apps/aggregator/bench/answers.ts`, after
 * `npx nx build aggregator`, with a broker on KAFKA_BROKERS.
 *
 * Requests leave on schedule, whether or not earlier ones are answered: a slow answer does not thin out the questions.
 */
import { spawn } from 'node:child_process';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTopics, startAggregator } from './running-aggregator.ts';

const PARTITIONS = 8;
const LOGINS_PER_SECOND = 20_000;
const REQUESTS_PER_SECOND = 500;
const SECONDS = 20;
/** Until the compilers are done with both sides. */
const WARM_UP_SECONDS = 5;

const topics = await createTopics(PARTITIONS);
const aggregator = await startAggregator(topics);
const writer = spawn(
  process.execPath,
  [
    join(import.meta.dirname, 'write-logins.ts'),
    topics.input,
    String(LOGINS_PER_SECOND),
    String(WARM_UP_SECONDS + SECONDS),
  ],
  { stdio: 'inherit' },
);
const written = new Promise<void>((resolve) =>
  writer.once('close', () => {
    resolve();
  }),
);
await ask(WARM_UP_SECONDS);
const before = await aggregator.usage();
const latencies = (await ask(SECONDS)).toSorted((one, other) => one - other);
const after = await aggregator.usage();
await written;
await aggregator.stop();

const quantile = (share: number): string =>
  (latencies[Math.ceil(share * latencies.length) - 1] ?? NaN).toFixed(2);
process.stdout.write(
  `${latencies.length} answers at ${REQUESTS_PER_SECOND}/s while ${LOGINS_PER_SECOND} logins/s flow in, ms: ` +
    `p50 ${quantile(0.5)}, p90 ${quantile(0.9)}, p99 ${quantile(0.99)}, p99.9 ${quantile(0.999)}, ` +
    `max ${quantile(1)}; ${(((after.cpuSeconds - before.cpuSeconds) / SECONDS) * 100).toFixed(0)} % of a core, ` +
    `${after.residentMb.toFixed(0)} MB\n`,
);

/** @returns milliseconds from each request's departure to the end of its answer */
async function ask(seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const answers: Promise<number>[] = [];
  const startedMs = performance.now();
  while (answers.length < seconds * REQUESTS_PER_SECOND) {
    const due = Math.floor(((performance.now() - startedMs) / 1_000) * REQUESTS_PER_SECOND);
    while (answers.length < due) answers.push(latency(`${aggregator.url}/insights`, agent));
    await sleep(1);
  }
  const latencies = await Promise.all(answers);
  agent.destroy();
  return latencies;
}

function latency(url: string, agent: Agent): Promise<number> {
  const askedMs = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode ?? 0}`));
      response.resume().once('end', () => {
        resolve(performance.now() - askedMs);
      });
    }).once('error', reject);
  });
}
