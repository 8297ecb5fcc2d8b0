import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Codec } from '@login-pipeline/streams';
import { connectProducer } from './producer.ts';
import { TestCluster } from '../testing/index.ts';

const cluster = new TestCluster();

afterAll(() => cluster.close());

const CODECS: readonly Codec[] = ['gzip', 'snappy', 'lz4', 'zstd'];

/** Texts that compress well and bytes that do not, from empty to more than a codec's block. */
const RECORDS = [0, 1, 100, 32 * 1024, 100_000, 200_000]
  .flatMap((size) => [Buffer.alloc(size, '{"device_type":"android"}'), randomBytes(size)])
  .map((value, index) => ({
    key: Buffer.from(`user-${index}`),
    value,
    headers: [['trace', Buffer.from(`t-${index}`)]] as const,
    timestamp: String(1_734_547_631_000 + index),
  }));

/** Writes the records with one compression into a topic that the broker stores with another, and reads them back. */
async function roundTrip(written: Codec, stored: string): Promise<unknown[]> {
  const config = { 'compression.type': stored };
  const topic = await cluster.topic(`${written}-${stored}`, { config });
  const producer = await connectProducer(cluster.connection, {
    topic: { topic, setting: 'OUTPUT_TOPIC' },
    compression: written,
    logger: cluster.logger,
  });
  await producer.send(RECORDS);
  await producer.disconnect();
  const records = await cluster.read(topic);
  return records.map(({ key, value, headers, timestamp }) => ({ key, value, headers, timestamp }));
}

/**
 * The broker compresses anew what its topic wants otherwise, with the Java client's own classes
 * (org.apache.kafka.common.compress). So each direction is held against Java, where a round trip of this codec alone would
 * hide a mistake made both ways.
 */
describe.each(CODECS)('%s', (codec) => {
  it('is read as Java compresses it', async () => {
    expect(await roundTrip('none', codec)).toEqual(RECORDS);
  });

  it('is written as Java decompresses it', async () => {
    expect(await roundTrip(codec, 'uncompressed')).toEqual(RECORDS);
  });
});
