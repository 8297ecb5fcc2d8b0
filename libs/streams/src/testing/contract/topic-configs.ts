import { describe, expect, it } from '@jest/globals';
import type { ProducedPartition } from '../../protocol/log-apis.ts';
import type { Subject } from './subject.ts';

const HOUR_MS = 3_600_000;
/** One record fits, twenty do not. */
const FEW_BYTES = 200;

/** Rules of topics for the records that they take: one record that breaks them has its batch refused (KIP-467). */
export function describeTopicConfigs(opened: () => Subject): void {
  const refusalOf = ({ error, refused }: ProducedPartition) => [
    error,
    refused.map(({ index }) => index),
  ];

  describe('A topic with rules of its own', () => {
    it('refuses a batch that is too large, and names no record', async () => {
      const subject = opened();
      const topic = await subject.topic(1, { maxMessageBytes: FEW_BYTES });
      expect((await subject.write(topic, 1)).error).toBe('NONE');
      expect(refusalOf(await subject.write(topic, 20))).toEqual(['MESSAGE_TOO_LARGE', []]);
      expect((await subject.listOffset(topic)).offset).toBe(1n);
    });

    it('refuses records that are too old, or too far ahead, by their indexes', async () => {
      const subject = opened();
      const config = { timestampBeforeMaxMs: HOUR_MS, timestampAfterMaxMs: HOUR_MS };
      const topic = await subject.topic(1, config);
      const now = subject.cluster.ports.clock.now();
      const timestamps = [now - 2 * HOUR_MS, now, now + 2 * HOUR_MS];
      const refused = refusalOf(await subject.write(topic, 3, { timestamps }));
      expect(refused).toEqual(['INVALID_TIMESTAMP', [0, 2]]);
      expect((await subject.listOffset(topic)).offset).toBe(0n);
    });

    it('takes records without a timestamp, whatever its rules for these are', async () => {
      const subject = opened();
      const topic = await subject.topic(1, { timestampBeforeMaxMs: HOUR_MS });
      expect((await subject.write(topic, 1, { timestamps: [-1] })).error).toBe('NONE');
    });

    it('refuses records without a key where it is compacted', async () => {
      const subject = opened();
      const topic = await subject.topic(1, { isCompacted: true });
      const keyless = await subject.write(topic, 3, { keys: ['a', null, 'b'] });
      expect(refusalOf(keyless)).toEqual(['INVALID_RECORD', [1]]);
      expect((await subject.write(topic, 2, { keys: ['a', 'b'] })).error).toBe('NONE');
    });

    it('finds a batch too large before it looks at its records', async () => {
      const subject = opened();
      const config = { maxMessageBytes: FEW_BYTES, isCompacted: true };
      const topic = await subject.topic(1, config);
      expect(refusalOf(await subject.write(topic, 20))).toEqual(['MESSAGE_TOO_LARGE', []]);
    });
  });
}
