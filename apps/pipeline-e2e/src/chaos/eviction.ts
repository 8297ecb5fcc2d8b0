import { askBroker, text } from './ask-broker.ts';
import type { Member, Stage } from './stage.ts';

/** The last version with a single member (Kafka protocol guide, "LeaveGroup"). */
const LEAVE_GROUP = { key: 13, version: 2 };
/** Behind the throttle time. */
const ERROR_AT = 4;

/**
 * Has the coordinator count a member out at once, as after its session: it leaves in the member's name. Needs a cluster of one
 * broker.
 */
export async function evict(stage: Stage, member: Member): Promise<void> {
  const { lane, nodes } = stage;
  const { clientId } = member;
  const memberId = await memberIdOf(stage, member);
  if (memberId === undefined) throw new Error(`${clientId} is no member of ${lane.group}`);
  const fields = [text(lane.group), text(memberId)];
  const answer = await askBroker(nodes[0]?.address ?? '', LEAVE_GROUP, ...fields);
  const error = answer.readInt16BE(ERROR_AT);
  if (error !== 0) throw new Error(`${clientId} could not be counted out: error ${error}`);
}

/** @returns undefined when the coordinator does not count it in */
export async function memberIdOf(
  { cluster, lane }: Stage,
  { clientId }: Member,
): Promise<string | undefined> {
  const { groups } = await cluster.admin.describeGroups([lane.group]);
  return groups[0]?.members.find((member) => member.clientId === clientId)?.memberId;
}
