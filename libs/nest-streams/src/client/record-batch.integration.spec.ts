import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Codec, OutgoingRecord, RecordHeader } from '@login-pipeline/streams';
import { Subject, TransactionalProducer } from '@login-pipeline/streams/testing/contract';
import { JAVA_BATCHES } from '@login-pipeline/streams-kafkajs/record-batch/testing/java-golden.ts';
import { RealCluster } from '@login-pipeline/streams-kafkajs/testing/real-cluster.ts';
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

/** Writes a batch in a transaction, and ends that. */
async function writeAndEnd(
  commit: boolean,
  topic: string,
  records: readonly OutgoingRecord[],
  codec: Codec,
): Promise<void> {
  const real = await RealCluster.open();
  try {
    const producer = await TransactionalProducer.of(new Subject(real));
    expect(await producer.write(topic, records, 0, codec)).toMatchObject({ error: 'NONE' });
    expect(await producer.end(commit)).toBe('NONE');
  } finally {
    await real.close();
  }
}

const headersOf = (index: number): RecordHeader[] => [
  ['é', Buffer.alloc(0)],
  ['trace', Buffer.from(`t-${index}`)],
  ['é', Buffer.from([255])],
];
const RECORDS = Array.from({ length: 400 }, (_, index) => ({
  key: index % 7 === 0 ? null : Buffer.from(`user-${index}`),
  value: index % 11 === 0 ? null : Buffer.alloc(index * 3, `{"login":${index}}`),
  timestamp: String(1_734_547_631_000 - index * 1_000),
  headers: index % 3 === 0 ? [] : headersOf(index),
}));
const LINES = RECORDS.map(toLine);
const CODECS: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

describeWithCompiler('Kafka’s Java client', () => {
  it.each(JAVA_BATCHES)(
    'still encodes as the golden bytes say: $what',
    async ({ records, hex }) => {
      expect(await java(['encode'], records.map(toLine))).toEqual([hex]);
    },
  );
});

describeWithCompiler.each(CODECS)('With compression %s', (compression) => {
  it('the engine reads what Java’s producer wrote, in and outside of a transaction', async () => {
    const topic = await cluster.topic(`java-${compression}`);
    await java(['produce', brokers, topic, compression], LINES);
    expect((await cluster.read(topic)).map(toLine)).toEqual(LINES);
  });

  it('Java’s consumer reads what the engine writes, in and outside of a transaction, without what was aborted', async () => {
    const topic = await cluster.topic(`ours-${compression}`);
    await writeAndEnd(false, topic, RECORDS.slice(0, 10), compression);
    await writeAndEnd(true, topic, RECORDS.slice(0, 200), compression);
    await cluster.produce(topic, RECORDS.slice(200), compression);
    expect(await java(['consume', brokers, topic, String(RECORDS.length)])).toEqual(LINES);
    expect((await cluster.read(topic)).map(toLine)).toEqual(LINES);
  });
});
