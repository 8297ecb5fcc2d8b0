import type { Member } from '../group/member.ts';
import type { PartitionProgress } from '../watch/progress.ts';
import type { EngineLane } from './engine-lane.ts';

/** @returns all that tells why nothing moves: states, offsets, times and counts, nothing of what records hold */
export function describeEngine(
  { state, provenAt, identity }: Pick<Member, 'state' | 'provenAt' | 'identity'>,
  progress: ReadonlyMap<number, PartitionProgress>,
  lanes: ReadonlyMap<number, EngineLane>,
  now: number,
): Readonly<Record<string, unknown>> {
  return {
    membership: {
      state,
      generation: identity.generation,
      memberId: identity.memberId,
      countedInMsAgo: now - provenAt,
    },
    partitions: [...progress].map(([partition, one]) => ({
      partition,
      position: String(one.position ?? 'unknown'),
      end: String(one.end ?? 'unknown'),
      stalledForMs: one.stalledFor(now),
      waitsFor: lanes.get(partition)?.waiting,
    })),
    inFlight: [...lanes].flatMap(([partition, { inFlight }]) => {
      if (inFlight === undefined) return [];
      const { from, records, since } = inFlight;
      return [{ partition, from: String(from), records, forMs: now - since }];
    }),
  };
}
