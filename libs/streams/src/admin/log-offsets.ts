import type { ClientWire } from '../client/kafka-client.ts';
import type { LedPartition } from '../cluster/cluster.ts';
import { isUnavailable } from '../cluster/protocol-error.ts';
import type { ClusterDescription, DescribedTopic } from '../protocol/admin-apis.ts';
import type { ResponseOf } from '../protocol/apis.ts';
import type { Broker } from '../protocol/cluster-apis.ts';
import { EARLIEST, LATEST } from '../protocol/log-apis.ts';
import type { Isolation, TopicPartition } from '../protocol/log-apis.ts';

/** An offset in the log of a partition. */
export interface LogOffset extends TopicPartition {
  readonly offset: bigint;
}

/** Where the log of a partition begins and ends. */
export interface LogBounds extends TopicPartition {
  readonly earliest: bigint;
  readonly end: bigint;
}

type ListedOffset = ResponseOf<'ListOffsets'>['partitions'][number];

/**
 * @param timestamp epoch milliseconds, or what ListOffsets calls the earliest and the latest
 * @returns in the order of the partitions, what their leaders answer; those without a leader that answers are left out
 */
export async function listOffsets(
  wire: ClientWire,
  { brokers, topics }: ClusterDescription,
  isolation: Isolation,
  timestamp: bigint,
): Promise<readonly ListedOffset[]> {
  const asked = brokers.map(async (broker) => {
    const partitions = topics
      .flatMap((topic) => ledBy(broker, topic))
      .map((place) => ({ ...place, timestamp }));
    if (partitions.length === 0) return [];
    try {
      return (await wire.send(broker, 'ListOffsets', { isolation, partitions })).partitions;
    } catch (error) {
      if (isUnavailable(error)) return [];
      throw error;
    }
  });
  const listed = new Map((await Promise.all(asked)).flat().map((one) => [placeOf(one), one]));
  return placesIn(topics).flatMap((place) => listed.get(placeOf(place)) ?? []);
}

/** @returns in the order of the partitions, where their logs begin and end, as far as their leaders answer */
export async function listBounds(
  wire: ClientWire,
  cluster: ClusterDescription,
  isolation: Isolation,
): Promise<readonly LogBounds[]> {
  const [earliest, ends] = await Promise.all(
    [EARLIEST, LATEST].map(async (timestamp) => {
      const listed = await listOffsets(wire, cluster, isolation, timestamp);
      return new Map(
        listed.flatMap((one) => (one.error === 'NONE' ? [[placeOf(one), one.offset]] : [])),
      );
    }),
  );
  return placesIn(cluster.topics).flatMap((place) => {
    const [first, end] = [earliest?.get(placeOf(place)), ends?.get(placeOf(place))];
    return first === undefined || end === undefined ? [] : [{ ...place, earliest: first, end }];
  });
}

/** @returns all partitions of topics, in their order */
export function placesIn(topics: readonly DescribedTopic[]): readonly TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition }) => ({ topic, partition })),
  );
}

function ledBy({ id }: Broker, { topic, partitions }: DescribedTopic): readonly LedPartition[] {
  return partitions
    .filter(({ leader }) => leader === id)
    .map(({ partition, leaderEpoch }) => ({ topic, partition, leaderEpoch }));
}

/** @returns a partition's name, for maps */
function placeOf({ topic, partition }: TopicPartition): string {
  return `${topic} ${partition}`;
}
