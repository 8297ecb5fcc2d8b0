import { describe, expect, it } from '@jest/globals';
import { UnansweredError, UnreachableError } from '../../ports.ts';
import type { Broker } from '../../protocol/cluster-apis.ts';
import type { Subject } from './subject.ts';

/** The broker is given more time than its answer: the client ends the connection. */
const MAX_WAIT_MS = 5_000;
const RETRY_FOR_MS = 50;

/** Connections: by their numbers a producer knows whether a broker was away between two requests. */
export function describeConnections(opened: () => Subject): void {
  describe('A connection', () => {
    it('has a number, which stays for all requests of its channel', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const { broker } = await subject.leader(topic);
      const { wire } = subject.cluster.ports;
      await subject.write(topic, 1);
      const number = wire.connection(broker, 'write');
      expect(number).toEqual(expect.any(Number));
      expect((await subject.write(topic, 1, { connection: number })).error).toBe('NONE');
      expect(wire.connection(broker, 'write')).toBe(number);
      await subject.read(topic, 0);
      expect(wire.connection(broker, 'fetch')).toEqual(expect.any(Number));
      expect(wire.connection(broker, 'fetch')).not.toBe(number);
    });

    it('that is lost is followed by one of another number, and takes nothing any more', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const { broker } = await subject.leader(topic);
      const { wire } = subject.cluster.ports;
      await subject.write(topic, 1);
      const connection = wire.connection(broker, 'write');
      await loseConnection(subject, topic, broker);
      expect(wire.connection(broker, 'write')).toBeUndefined();
      const behind = subject.write(topic, 1, { connection });
      await expect(behind).rejects.toBeInstanceOf(UnreachableError);
      // It is not made anew for what must not be sent.
      expect(wire.connection(broker, 'write')).toBeUndefined();
      expect((await subject.write(topic, 1)).baseOffset).toBe(1n);
      const next = wire.connection(broker, 'write');
      expect(next).toEqual(expect.any(Number));
      expect(next).not.toBe(connection);
      const late = subject.write(topic, 1, { connection });
      await expect(late).rejects.toBeInstanceOf(UnreachableError);
      expect((await subject.write(topic, 1, { connection: next })).baseOffset).toBe(2n);
      expect((await subject.listOffset(topic)).offset).toBe(3n);
    });
  });
}

/** Waits for an answer for less time than the request lets the broker take. */
async function loseConnection(subject: Subject, topic: string, broker: Broker): Promise<void> {
  const { epoch: leaderEpoch, topicId } = await subject.leader(topic);
  const { offset } = await subject.listOffset(topic);
  const where = { topicId, partition: 0, leaderEpoch, offset, maxBytes: 1 };
  const request = { maxWaitMs: MAX_WAIT_MS, minBytes: 1, maxBytes: 1, partitions: [where] };
  const waiting = subject.send(
    broker,
    'Fetch',
    { isolation: 'read_uncommitted', ...request },
    { channel: 'write', timeoutMs: RETRY_FOR_MS - MAX_WAIT_MS },
  );
  await expect(waiting).rejects.toBeInstanceOf(UnansweredError);
}
