import type { Cluster } from '../cluster/cluster.ts';
import type { Write } from '../transactions/produce.ts';
import { isOfWhatIsWritten, writeOnce } from './write-once.ts';
import type { FailedWrite, Sent } from './write-once.ts';

const NO_PRODUCER = { producerId: -1n, epoch: -1, baseSequence: -1 };
/** Leaders that move are known after a look or two: what takes longer is reported. */
const ATTEMPTS = 3;
const PAUSE_MS = 100;

/**
 * Writes batches outside of transactions, to all replicas, one request at a time. A batch whose
 * answer is lost is sent again: it may be there twice, the second time behind what was written
 * later.
 *
 * @returns the partitions that not all could be written to
 * @throws ProtocolError when an operator has to act
 */
export async function writePlainly(
  cluster: Cluster,
  writes: readonly Write[],
): Promise<readonly FailedWrite[]> {
  let left: readonly Sent[] = writes.flatMap(({ topic, partition, batches }) =>
    batches.map((batch) => ({ topic, partition, batch, stamp: NO_PRODUCER })),
  );
  for (let attempt = 1; ; attempt += 1) {
    const written = new Set<Sent>();
    const failed = await writeOnce(cluster, left, written);
    left = left.filter((sent) => !written.has(sent));
    const isRetriable = [...failed.values()].some(({ error }) => !isOfWhatIsWritten(error));
    if (!isRetriable || attempt >= ATTEMPTS) return [...failed.values()];
    await cluster.pause(PAUSE_MS * attempt);
    await cluster.refresh().catch(() => undefined);
  }
}
