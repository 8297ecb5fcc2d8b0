import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readableOf, readLimits } from '@login-pipeline/streams';
import type { Codec, RecordHeader } from '@login-pipeline/streams';
import { Subject, TransactionalProducer } from '@login-pipeline/streams/testing/contract';
import { HAS_JAVA_CLIENT, JavaClient } from '../testing/java-client.ts';
import { RealCluster } from '../testing/real-cluster.ts';
import { JAVA_BATCHES } from './testing/java-golden.ts';
import { toLine } from './testing/record-lines.ts';

const LIMITS = readLimits();
const MAX_WAIT_MS = 100;
const NOW = Date.now();

const headersOf = (index: number): RecordHeader[] => [
  ['é', Buffer.alloc(0)],
  ['trace', Buffer.from(`t-${index}`)],
  ['é', Buffer.from([255])],
];
const RECORDS = Array.from({ length: 400 }, (_, index) => ({
  key: index % 7 === 0 ? null : Buffer.from(`user-${index}`),
  value: index % 11 === 0 ? null : Buffer.alloc(index * 3, `{"login":${index}}`),
  timestamp: String(NOW - index * 1_000),
  headers: index % 3 === 0 ? [] : headersOf(index),
}));
const LINES = RECORDS.map(toLine);
const CODECS: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

(HAS_JAVA_CLIENT ? describe : describe.skip)('Kafka’s Java client', () => {
  let java: JavaClient;
  let real: RealCluster;
  let subject: Subject;

  beforeAll(async () => {
    java = await JavaClient.make();
    real = await RealCluster.open();
    subject = new Subject(real);
  });
  afterAll(async () => {
    java.close();
    await real.close();
  });

  /** @returns the committed records of partition 0, as the engine reads them */
  async function read(topic: string): Promise<string[]> {
    const { offset: end } = await subject.listOffset(topic);
    const lines: string[] = [];
    for (let from = 0; from < end;) {
      const fetched = await subject.read(topic, from, { maxWaitMs: MAX_WAIT_MS });
      const readable = readableOf({ topic, partition: 0, from }, fetched);
      for (const batch of readable?.batches ?? []) {
        const part = await batch.whole(from, LIMITS);
        for (const record of part?.records ?? []) lines.push(toLine(record));
      }
      from = readable?.end ?? from;
    }
    return lines;
  }

  it.each(JAVA_BATCHES)(
    'still encodes as the golden bytes say: $what',
    async ({ records, hex }) => {
      expect(await java.encode(records.map(toLine))).toBe(hex);
    },
  );

  describe.each(CODECS)('with compression %s', (codec) => {
    it('writes what the engine reads, in and outside of a transaction', async () => {
      const topic = await subject.topic();
      await java.produce(topic, codec, LINES);
      expect(await read(topic)).toEqual(LINES);
    });

    it('reads what the engine writes, in and outside of a transaction, without what was aborted', async () => {
      const topic = await subject.topic();
      const producer = await TransactionalProducer.of(subject);
      for (const [count, isCommitted] of [
        [10, false],
        [200, true],
      ] as const) {
        const written = await producer.write(topic, RECORDS.slice(0, count), 0, codec);
        expect(written).toMatchObject({ error: 'NONE' });
        expect(await producer.end(isCommitted)).toBe('NONE');
      }
      await subject.write(topic, RECORDS.slice(200), { codec });
      expect(await java.consume(topic, RECORDS.length)).toEqual(LINES);
      expect(await read(topic)).toEqual(LINES);
    });
  });
});
