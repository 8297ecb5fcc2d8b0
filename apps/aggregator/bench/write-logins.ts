/** Writes processed logins at an even pace: `node write-logins.ts TOPIC LOGINS_PER_SECOND SECONDS`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectProducer } from '@login-pipeline/kafka';
import { loginRecords } from './random-state.ts';
import { CONNECTION, LOGGER } from './running-aggregator.ts';

const [topic = '', rate, seconds] = process.argv.slice(2);
const loginsPerSecond = Number(rate);
const SENDS_PER_SECOND = 50;

const records = loginRecords({ logins: 100_000, minutes: 1440, versions: 5, users: 50_000 });
const producer = await connectProducer(CONNECTION, {
  topic: { topic, setting: 'INPUT_TOPIC' },
  compression: 'none',
  logger: LOGGER,
});
const startedMs = performance.now();
const size = loginsPerSecond / SENDS_PER_SECOND;
for (let send = 0; send < Number(seconds) * SENDS_PER_SECOND; send += 1) {
  const from = (send * size) % (records.length - size);
  await producer.send(records.slice(from, from + size));
  const dueMs = startedMs + ((send + 1) * 1_000) / SENDS_PER_SECOND;
  await sleep(Math.max(0, dueMs - performance.now()));
}
const tookMs = performance.now() - startedMs;
await producer.disconnect();
process.stdout.write(
  `${Math.round((loginsPerSecond * Number(seconds) * 1_000) / tookMs)} logins/s written\n`,
);
