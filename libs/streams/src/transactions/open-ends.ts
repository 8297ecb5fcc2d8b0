import type { Cluster } from '../cluster/cluster.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import type { Isolation } from '../protocol/log-apis.ts';
import { LATEST } from '../protocol/log-apis.ts';
import { placeKey } from './touched-places.ts';

/** A transaction writes for milliseconds: what is open for so long was left behind. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Looks for transactions that stay open, by the last stable offset that does not move: readers of
 * committed records wait there.
 *
 * @param topics of which all partitions are looked at
 * @returns whether there is one
 */
export async function hasOpenEnds(cluster: Cluster, topics: readonly string[]): Promise<boolean> {
  const open = await openEnds(cluster, topics);
  if (open.size === 0) return false;
  await cluster.pause(LOOK_AGAIN_MS);
  const later = await openEnds(cluster, topics);
  return [...open].some(([place, offset]) => later.get(place) === offset);
}

/**
 * @param onRefused gets what a leader answers that does not give its offsets; by default such a partition is left out
 * @returns by partition, as {@link placeKey} names it, the last stable offset where it is below the log's end
 */
export async function openEnds(
  cluster: Cluster,
  topics: readonly string[],
  onRefused: (refusal: ProtocolError) => void = () => undefined,
): Promise<ReadonlyMap<string, bigint>> {
  const [stable, ends] = await Promise.all([
    offsets(cluster, topics, 'read_committed', onRefused),
    offsets(cluster, topics, 'read_uncommitted', onRefused),
  ]);
  return new Map([...stable].filter(([place, offset]) => offset < (ends.get(place) ?? offset)));
}

async function offsets(
  cluster: Cluster,
  topics: readonly string[],
  isolation: Isolation,
  onRefused: (refusal: ProtocolError) => void,
): Promise<ReadonlyMap<string, bigint>> {
  const found = new Map<string, bigint>();
  const asked = [...cluster.byLeader(topics)].map(async ([broker, places]) => {
    const partitions = places.map((place) => ({ ...place, timestamp: LATEST }));
    const answer = await cluster.send(broker, 'ListOffsets', { isolation, partitions });
    for (const { topic, partition, error, offset } of answer.partitions) {
      if (error === 'NONE') found.set(placeKey({ topic, partition }), offset);
      else onRefused(new ProtocolError(error, `ListOffsets of topic "${topic}"`));
    }
  });
  await Promise.all(asked);
  return found;
}
