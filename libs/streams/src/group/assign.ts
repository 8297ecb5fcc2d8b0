/** A member as the one that assigns sees it. */
export interface Candidate {
  readonly memberId: string;
  readonly topics: readonly string[];
  /** By topic, what the member works on. */
  readonly owned: ReadonlyMap<string, readonly number[]>;
  /** The generation of `owned`; an older claim gives way to a newer one. */
  readonly generation: number;
}

/** By member, by topic: its partitions. */
export type Assignment = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

/**
 * Assigns partitions as Kafka's cooperative-sticky assignor does (KIP-429): members of a topic get
 * as many as each other, or one more, and keep what they have as far as that allows. A partition
 * that moves has no owner in this generation: its owner has to give it up first, and joins again.
 *
 * Each topic is shared among the members that subscribe to it, and no others.
 *
 * @param partitions how many each topic has
 */
export function assign(
  members: readonly Candidate[],
  partitions: ReadonlyMap<string, number>,
): Assignment {
  const assignment = new Map(
    members.map(({ memberId }) => [memberId, new Map<string, readonly number[]>()]),
  );
  for (const [topic, count] of partitions) {
    const subscribed = members.filter(({ topics }) => topics.includes(topic));
    for (const [memberId, assigned] of assignTopic(subscribed, topic, count)) {
      if (assigned.length > 0) assignment.get(memberId)?.set(topic, assigned);
    }
  }
  return assignment;
}

function assignTopic(
  members: readonly Candidate[],
  topic: string,
  count: number,
): Map<string, number[]> {
  const owners = ownersOf(members, topic, count);
  const owned = new Map(members.map(({ memberId }) => [memberId, [] as number[]]));
  for (const [partition, memberId] of owners) {
    if (memberId !== undefined) owned.get(memberId)?.push(partition);
  }
  // Members that have most keep most: fewer partitions move.
  const order = [...owned].sort(
    ([one, ones], [other, others]) => others.length - ones.length || (one < other ? -1 : 1),
  );
  const least = Math.floor(count / members.length);
  let withOneMore = count % members.length;
  const assigned = new Map<string, number[]>();
  const quotas = new Map<string, number>();
  for (const [memberId, partitions] of order) {
    const quota = withOneMore > 0 ? least + 1 : least;
    if (withOneMore > 0) withOneMore -= 1;
    quotas.set(memberId, quota);
    assigned.set(memberId, partitions.sort((one, other) => one - other).slice(0, quota));
  }
  const kept = new Set([...assigned.values()].flat());
  const free = Array.from({ length: count }, (_, partition) => partition).filter(
    (partition) => !kept.has(partition),
  );
  for (const [memberId, partitions] of assigned) {
    for (const partition of free.splice(0, (quotas.get(memberId) ?? 0) - partitions.length)) {
      // What another member still works on moves in the next generation.
      if (!owners.has(partition)) partitions.push(partition);
    }
  }
  return assigned;
}

/** @returns by partition, the member that works on it; undefined where several say so, and all have to give it up */
function ownersOf(
  members: readonly Candidate[],
  topic: string,
  count: number,
): Map<number, string | undefined> {
  const owners = new Map<number, string | undefined>();
  const generations = new Map<number, number>();
  for (const { memberId, owned, generation } of members) {
    for (const partition of owned.get(topic) ?? []) {
      const newest = generations.get(partition) ?? -Infinity;
      if (partition >= count || generation < newest) continue;
      owners.set(partition, generation === newest ? undefined : memberId);
      generations.set(partition, generation);
    }
  }
  return owners;
}
