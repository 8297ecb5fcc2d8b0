import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Message } from 'kafkajs';
import type { Compression } from './compression.ts';
import { compressionType } from './compression.ts';
import { kafkajs } from './kafkajs.ts';
import type { WritableRecord } from '@login-pipeline/streams-kafkajs';
import { JAVA_BATCHES } from '@login-pipeline/streams-kafkajs/record-batch/testing/java-golden.ts';
import { toLine } from '@login-pipeline/streams-kafkajs/record-batch/testing/record-lines.ts';
import { TestCluster } from '../testing/index.ts';

const cluster = new TestCluster();
const brokers = cluster.connection.brokers.join(',');

const ROOT = join(import.meta.dirname, '../../../..');
const JAVA_RECORDS = join(ROOT, 'libs/streams-kafkajs/src/record-batch/testing/JavaRecords.java');

/** A Java without a compiler runs brokers, but not this: then the golden bytes of the unit tests have to do. */
const hasCompiler = spawnSync('java', ['--describe-module', 'jdk.compiler']).status === 0;
const describeWithCompiler = hasCompiler ? describe : describe.skip;

const classes = mkdtempSync(join(tmpdir(), 'java-records-'));

/** @returns the jars of the embedded broker, for the class path */
function jars(): string {
  const kept = join(ROOT, '.kafka');
  const folder = readdirSync(kept).find((name) => /^jars-[0-9a-f]+$/.test(name));
  if (folder === undefined) throw new Error('The jars are missing: "npm run kafka" fetches them');
  const path = join(kept, folder);
  return readdirSync(path)
    .map((name) => join(path, name))
    .join(':');
}

beforeAll(async () => {
  if (!hasCompiler) return;
  const javac = ['-m', 'jdk.compiler/com.sun.tools.javac.Main', '-cp', jars(), '-d', classes];
  await promisify(execFile)('java', [...javac, JAVA_RECORDS]);
}, 60_000);

afterAll(async () => {
  rmSync(classes, { recursive: true });
  await cluster.close();
});

/** Runs Kafka's own client, see JavaRecords.java. */
async function java(args: readonly string[], lines: readonly string[] = []): Promise<string[]> {
  const classPath = `${classes}:${jars()}`;
  const running = promisify(execFile)('java', ['-cp', classPath, 'JavaRecords', ...args], {
    maxBuffer: 64 * 1024 * 1024,
  });
  running.child.stdin?.end(lines.map((line) => `${line}\n`).join(''));
  const { stdout } = await running;
  return stdout.split('\n').filter((line) => line !== '');
}

const RECORDS: readonly WritableRecord[] = Array.from({ length: 400 }, (_, index) => ({
  key: index % 7 === 0 ? null : Buffer.from(`user-${index}`),
  value: index % 11 === 0 ? null : Buffer.alloc(index * 3, `{"login":${index}}`),
  timestamp: String(1_734_547_631_000 - index * 1_000),
  headers:
    index % 3 === 0
      ? []
      : [
          ['é', Buffer.alloc(0)],
          ['trace', Buffer.from(`t-${index}`)],
          ['é', Buffer.from([255])],
        ],
}));
const LINES = RECORDS.map(toLine);
/** Headers are a list where kafkajs' type says object. */
const MESSAGES = RECORDS as unknown as Message[];
const CODECS: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

describeWithCompiler('Kafka’s Java client', () => {
  it.each(JAVA_BATCHES)(
    'still encodes as the golden bytes say: $what',
    async ({ records, hex }) => {
      expect(await java(['encode'], records.map(toLine))).toEqual([hex]);
    },
  );
});

describeWithCompiler.each(CODECS)('With compression %s', (compression) => {
  it('we read what Java’s producer wrote, in and outside of a transaction', async () => {
    const topic = await cluster.topic(`java-${compression}`);
    await java(['produce', brokers, topic, compression], LINES);
    expect((await cluster.read(topic)).map(toLine)).toEqual(LINES);
  });

  it('Java’s consumer reads what we write, in and outside of a transaction, without what we aborted', async () => {
    const topic = await cluster.topic(`ours-${compression}`);
    const { Partitioners } = kafkajs();
    const producer = cluster.kafka.producer({
      transactionalId: topic,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const send = { topic, compression: compressionType(compression), acks: -1 };
    const aborted = await producer.transaction();
    await aborted.send({ ...send, messages: MESSAGES.slice(0, 10) });
    await aborted.abort();
    const committed = await producer.transaction();
    await committed.send({ ...send, messages: MESSAGES.slice(0, 200) });
    await committed.commit();
    await producer.disconnect();
    const plain = cluster.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await plain.connect();
    await plain.send({ ...send, messages: MESSAGES.slice(200) });
    await plain.disconnect();
    expect(await java(['consume', brokers, topic, String(RECORDS.length)])).toEqual(LINES);
    expect((await cluster.read(topic)).map(toLine)).toEqual(LINES);
  });
});
