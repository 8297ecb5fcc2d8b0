import { beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster } from '../cluster/cluster.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import { UnreachableError } from '../ports.ts';
import type { SimulatedProcess } from '../testing/simulation/index.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import type { Write } from '../transactions/produce.ts';
import { IdempotentProducer } from './idempotent-producer.ts';

const TOPIC = 'logins';
const PARTITIONS = 3;
const RETRY_FOR_MS = 30_000;

describe('IdempotentProducer', () => {
  let simulated: SimulatedCluster;
  let process: SimulatedProcess;
  let producer: IdempotentProducer;
  let sent: string[][];

  beforeEach(async () => {
    simulated = new SimulatedCluster({ seed: 3 });
    simulated.createTopic(TOPIC, PARTITIONS);
    await simulated.run(1_000);
    process = simulated.process('producer');
    const cluster = new Cluster(process, [TOPIC]);
    producer = new IdempotentProducer({ cluster, clock: process.clock, retryForMs: RETRY_FOR_MS });
    sent = Array.from({ length: PARTITIONS }, () => []);
    await settled(cluster.refresh());
    await settled(producer.open());
  });

  /** Lets time pass until a promise is settled. @returns what it was rejected with */
  async function settled(promise: Promise<unknown>): Promise<unknown> {
    let outcome: { readonly error?: unknown } | undefined;
    promise.then(
      () => (outcome = {}),
      (error: unknown) => (outcome = { error }),
    );
    await simulated.run(simulated.now() + 2 * RETRY_FOR_MS, () => outcome !== undefined);
    return outcome === undefined ? new Error('It did not end') : outcome.error;
  }

  /** Sends two batches to each partition. */
  async function send(name: string): Promise<void> {
    const writes = sent.map(async (values, partition): Promise<Write> => {
      const batches = ['first', 'second'].map((batch) => {
        const value = `${name} ${batch}`;
        values.push(value);
        const record = { key: null, value: Buffer.from(value), timestamp: 1 };
        return process.encoder.encode([record], 'none');
      });
      return { topic: TOPIC, partition, batches: await Promise.all(batches) };
    });
    await producer.send(await Promise.all(writes));
  }

  const written = (): string[][] =>
    simulated.read(TOPIC).map(({ committed }) => committed.map(({ value }) => String(value)));

  it('writes once and in order what was sent, calls that overlap too', async () => {
    expect(await settled(Promise.all(['a', 'b', 'c'].map(send)))).toBeUndefined();
    expect(written()).toEqual(sent);
  });

  it.each(['lose-request', 'lose-answer', 'both'] as const)(
    'writes once and in order where a third of the requests goes wrong: %s',
    async (fault) => {
      let count = 0;
      simulated.network.fault = (_process, _broker, api) => {
        if (api !== 'Produce') return undefined;
        count += 1;
        if (count % 3 !== 0) return undefined;
        if (fault !== 'both') return fault;
        return count % 2 === 0 ? 'lose-request' : 'lose-answer';
      };
      for (let round = 0; round < 10; round += 1) {
        expect(await settled(send(String(round)))).toBeUndefined();
      }
      expect(written()).toEqual(sent);
    },
  );

  it('goes on where leaders move, and waits for one that is not there', async () => {
    expect(await settled(send('before'))).toBeUndefined();
    simulated.holdLeaderless(TOPIC, 1, true);
    const sending = send('meanwhile');
    await simulated.run(simulated.now() + 5_000);
    expect(written()[1]).toHaveLength(2);
    simulated.holdLeaderless(TOPIC, 1, false);
    expect(await settled(sending)).toBeUndefined();
    expect(written()).toEqual(sent);
  });

  it('gives up when no broker answers for long', async () => {
    simulated.network.partition(process);
    expect(await settled(send('lost'))).toBeInstanceOf(UnreachableError);
    expect(await settled(send('later'))).toBeInstanceOf(Error);
  });

  it('fails at once where records are refused', async () => {
    simulated.createTopic('small', 1, { maxMessageBytes: 10 });
    await simulated.run(simulated.now() + 1_000);
    const cluster = new Cluster(process, ['small']);
    const other = new IdempotentProducer({
      cluster,
      clock: process.clock,
      retryForMs: RETRY_FOR_MS,
    });
    await settled(cluster.refresh());
    await settled(other.open());
    const record = { key: null, value: Buffer.alloc(100), timestamp: 1 };
    const batch = await process.encoder.encode([record], 'none');
    const began = simulated.now();
    const error = await settled(other.send([{ topic: 'small', partition: 0, batches: [batch] }]));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(simulated.now() - began).toBeLessThan(1_000);
  });
});
