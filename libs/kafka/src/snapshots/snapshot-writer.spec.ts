import { describe, expect, it, jest } from '@jest/globals';
import { createLogger, Metrics } from '@login-pipeline/observability';
import { KafkaUnavailableError } from '../client/errors.ts';
import { SnapshotWriter } from './snapshot-writer.ts';

const TAKEN = 10;

describe('SnapshotWriter', () => {
  it('gives up at once, naming the fix, where a snapshot is larger than its topic takes', async () => {
    const send = jest.fn(() => Promise.resolve());
    const onFatal = jest.fn();
    const producer = { partitions: 1, send, disconnect: () => Promise.resolve() };
    const writer = new SnapshotWriter(
      { snapshots: producer, changes: undefined },
      {
        inputTopic: 'processed',
        snapshots: { topic: 'insights', setting: 'SNAPSHOT_TOPIC' },
        maxSnapshotBytes: TAKEN,
        stallTimeoutMs: 60_000,
        logger: createLogger({ service: 'test', version: '0', level: 'silent' }),
        metrics: new Metrics(),
        onFatal,
      },
    );
    const snapshotOf = (bytes: number) => ({ value: Buffer.alloc(bytes), nextOffset: 1n });
    expect(await writer.write(new Map([[3, snapshotOf(TAKEN)]]))).toBe(true);
    expect(await writer.write(new Map([[3, snapshotOf(TAKEN + 1)]]))).toBe(false);
    expect(send).toHaveBeenCalledTimes(1);
    expect(onFatal.mock.calls).toEqual([[expect.any(KafkaUnavailableError)]]);
    expect(String(onFatal.mock.calls[0])).toMatch(
      /partition 3 has 11 bytes, and "insights" \(SNAPSHOT_TOPIC\) takes 10: raise max\.message\.bytes/,
    );
  });
});
