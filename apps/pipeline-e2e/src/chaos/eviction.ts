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
export async function evict({ cluster, lane, nodes }: Stage, { clientId }: Member): Promise<void> {
  const { groups } = await cluster.admin.describeGroups([lane.group]);
  const found = groups[0]?.members.find((member) => member.clientId === clientId);
  if (found === undefined) throw new Error(`${clientId} is no member of ${lane.group}`);
  const fields = [text(lane.group), text(found.memberId)];
  const answer = await askBroker(nodes[0]?.address ?? '', LEAVE_GROUP, ...fields);
  const error = answer.readInt16BE(ERROR_AT);
  if (error !== 0) throw new Error(`${clientId} could not be counted out: error ${error}`);
}
