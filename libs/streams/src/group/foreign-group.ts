import type { Cluster } from '../cluster/cluster.ts';
import type { ResponseOf } from '../protocol/apis.ts';
import { PROTOCOL_TYPE } from './cooperative-protocol.ts';

/** What else the group's id belongs to. */
export type ForeignKind = 'consumer protocol (KIP-848)' | 'another assignor' | 'another program';

/**
 * The group has members that are none of this engine: records would be divided among both. An
 * operator has to choose another id.
 */
export class ForeignGroupError extends Error {
  override readonly name = 'ForeignGroupError';
  readonly code = 'FOREIGN_GROUP';
  readonly groupId: string;
  readonly kind: ForeignKind;

  /** @param who the other members, as far as the coordinator tells */
  constructor(groupId: string, kind: ForeignKind, who: string) {
    super(`The group "${groupId}" belongs to another client: ${who}`);
    this.groupId = groupId;
    this.kind = kind;
  }
}

type Joined = Pick<ResponseOf<'JoinGroup'>, 'error' | 'leader'>;

/**
 * Coordinators refuse classic members that have no assignor in common. Consumers of KIP-848 they
 * let in beside classic members, whichever come first, and assign partitions to both: then no
 * member leads (brokers of 4.3, `classicGroupJoinToConsumerGroup`).
 *
 * @param joined the answer to JoinGroup
 * @throws ForeignGroupError when it shows that the group has members of another kind
 */
export async function requireOwnGroup(
  cluster: Cluster,
  groupId: string,
  { error, leader }: Joined,
): Promise<void> {
  if (error === 'NONE' && leader === '') {
    const kind = 'consumer protocol (KIP-848)';
    throw new ForeignGroupError(groupId, kind, 'consumers with group.protocol=consumer (KIP-848)');
  }
  if (error !== 'INCONSISTENT_GROUP_PROTOCOL') return;
  const request = { groupId };
  const group = await cluster.ask('group', groupId, 'DescribeGroup', request, ({ error }) => error);
  const ids = [...new Set(group.members.map(({ clientId }) => clientId))].join(', ');
  const clients = ids === '' ? '' : `, client.id ${ids}`;
  if (group.protocolType === PROTOCOL_TYPE) {
    // Between two generations there is none.
    const assignor = group.protocol === '' ? '' : `, "${group.protocol}"`;
    const who = `consumers with another assignor${assignor}${clients}`;
    throw new ForeignGroupError(groupId, 'another assignor', who);
  }
  const type = group.protocolType === '' ? 'no classic group' : `type "${group.protocolType}"`;
  throw new ForeignGroupError(groupId, 'another program', `another program (${type})${clients}`);
}
