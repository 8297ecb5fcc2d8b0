import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { Broker } from '@login-pipeline/plain-wire';
import { VALUE_BYTES, Workload } from './workload.ts';

/** Processed logins that flow into a topic at a fixed rate. */
export interface WriterOptions {
  /** `host:port` of the only broker. */
  readonly brokers: string;
  readonly topic: string;
  readonly partitions: number;
  /** Records per second. */
  readonly rate: number;
  /** Not 0 ends it. */
  readonly stopFlag: Int32Array;
  /** Records written, once it has ended. */
  readonly written: Int32Array;
  /** When the first record was to be written, epoch ms, and its timestamp; once it has begun. */
  readonly began?: Float64Array;
}

/** As the Java producer of Kafka 4 (`linger.ms`). */
const TICK_MS = 5;
const PAST_MS = 4 * 3_600_000;
/** What a writer that was held up catches up with in one tick: more might exceed what the topic takes. */
const MAX_TICK_RECORDS = 2_000;

const { brokers, topic, partitions, rate, stopFlag, written, began } = workerData as WriterOptions;
const workload = new Workload('processed', VALUE_BYTES, Date.now() - PAST_MS);
const broker = await Broker.connect(brokers);
const startMs = performance.now();
began?.set([performance.timeOrigin + startMs, workload.firstTimestamp]);
const sends: Promise<unknown>[] = [];
let sent = 0;
while (Atomics.load(stopFlag, 0) === 0) {
  await sleep(TICK_MS);
  const behind = Math.floor(((performance.now() - startMs) * rate) / 1_000) - sent;
  const due = sent + Math.min(behind, MAX_TICK_RECORDS);
  const batches = new Map<number, Buffer>();
  for (let first = sent; first < Math.min(due, sent + partitions); first += 1) {
    const count = Math.ceil((due - first) / partitions);
    batches.set(first % partitions, workload.smallBatch(first, count, partitions));
  }
  if (batches.size > 0) sends.push(broker.produce(topic, batches));
  sent = due;
  if (sends.length > 100) await sends.shift();
}
await Promise.all(sends);
Atomics.store(written, 0, sent);
broker.close();
