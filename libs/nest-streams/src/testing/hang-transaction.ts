import { openWire } from '../client/wire.ts';
import { enginePorts } from '../engine/engine-ports.ts';
import type { TestCluster } from './test-cluster.ts';
import { waitFor } from './wait-for.ts';

const TIMEOUT_MS = 60_000;

/**
 * Leaves a transaction that no coordinator knows: only brokers let it in that do not ask their coordinators
 * (`transaction.partition.verification.enable=false`).
 */
export async function hangTransaction(
  { connection, logger }: TestCluster,
  topic: string,
  partition: number,
): Promise<void> {
  const { wire, encoder } = enginePorts(openWire(connection, logger));
  const transactionalId = `hangs in ${topic} ${partition}`;
  try {
    const { producerId, epoch } = await waitFor('a producer id', async () => {
      const asked = { kind: 'transaction', key: transactionalId } as const;
      const { error, broker } = await wire.send('any', 'FindCoordinator', asked);
      if (error !== 'NONE') return undefined;
      const request = { transactionalId, timeoutMs: TIMEOUT_MS };
      const answer = await wire.send(broker, 'InitProducerId', request);
      return answer.error === 'NONE' && answer;
    });
    const metadata = await wire.send('any', 'Metadata', { topics: [topic] });
    const leader = metadata.brokers.find(
      ({ id }) => id === metadata.topics[0]?.partitions[partition]?.leader,
    );
    if (leader === undefined) throw new Error(`${topic} has no leader`);
    const record = { key: null, value: Buffer.from('never committed'), timestamp: Date.now() };
    const batch = await encoder.encode([record], 'none');
    const stamp = { producerId, epoch, baseSequence: 0 };
    const { partitions } = await wire.send(leader, 'Produce', {
      transactionalId,
      addsPartitions: false,
      timeoutMs: TIMEOUT_MS,
      partitions: [{ topic, partition, batch, stamp }],
    });
    const [produced] = partitions;
    if (produced?.error !== 'NONE') throw new Error(`Produce: ${produced?.error ?? 'no answer'}`);
  } finally {
    await wire.close();
  }
}
