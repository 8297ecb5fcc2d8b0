import type { ResponseOf } from '../protocol/apis.ts';
import type { Assignment, Candidate } from './assign.ts';
import { decodeSubscription, encodeAssignment } from './consumer-protocol.ts';

/** The kind of group, to its coordinator, and to tools that list consumers. */
export const PROTOCOL_TYPE = 'consumer';
/**
 * The name of the assignor that members of the group have in common. No other client has it: under
 * that of the Java client's cooperative assignor its consumers would be let in, and work on some of
 * the partitions.
 */
export const PROTOCOL = 'streams-cooperative';

type JoinedMember = ResponseOf<'JoinGroup'>['members'][number];

/** @returns a member as the one that assigns sees it */
export function candidateOf({ memberId, metadata }: JoinedMember): Candidate {
  const { topics, owned, generation } = decodeSubscription(metadata);
  return {
    memberId,
    topics,
    owned: new Map(owned.map(({ topic, partitions }) => [topic, partitions])),
    generation,
  };
}

/** @returns what each member is to be sent */
export function encodeAssignments(
  assignment: Assignment,
): { readonly memberId: string; readonly assignment: Buffer }[] {
  return [...assignment].map(([memberId, assigned]) => ({
    memberId,
    assignment: encodeAssignment(
      [...assigned].map(([topic, partitions]) => ({ topic, partitions })),
    ),
  }));
}
