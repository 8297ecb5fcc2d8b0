import type { Channel } from '../../ports.ts';
import type { ResponseOf } from '../../protocol/apis.ts';
import type { ErrorName } from '../../protocol/errors.ts';
import type { GroupIdentity, OffsetToCommit } from '../../protocol/group-apis.ts';
import { NOT_YET, only } from './subject.ts';
import type { Subject } from './subject.ts';

/** The shortest session that brokers allow by default (`group.min.session.timeout.ms`). */
const SESSION_MS = 6_000;
const REBALANCE_MS = 20_000;
/**
 * A subscription to nothing, version 0 (Kafka protocol guide, "Consumer Protocol"). Brokers from
 * 4.0 on read what members of the type `consumer` send, and never answer the members of a group
 * with something else in it.
 */
export const SUBSCRIPTION = Buffer.from('0000' + '00000000' + 'ffffffff', 'hex');

export interface MemberOptions {
  /**
   * A broker reads a connection's next request when the last one is answered, and JoinGroup is not
   * until all have joined: members that join at the same time need connections of their own.
   */
  readonly channel?: Channel;
  readonly protocolType?: string;
  readonly protocols?: readonly string[];
}

type Joined = ResponseOf<'JoinGroup'>;

/** A member of a group, as far as the contract's cases need one. */
export class GroupMember implements GroupIdentity {
  readonly groupId: string;
  memberId = '';
  generation = -1;
  readonly #subject: Subject;
  readonly #channel: Channel;
  readonly #protocolType: string;
  readonly #protocols: readonly string[];

  constructor(subject: Subject, groupId: string, options: MemberOptions = {}) {
    this.#subject = subject;
    this.groupId = groupId;
    this.#channel = options.channel ?? 'group';
    this.#protocolType = options.protocolType ?? 'consumer';
    this.#protocols = options.protocols ?? ['range'];
  }

  /** @returns the only member of a group, with its assignment */
  static async alone(subject: Subject, groupId = subject.unique('group')): Promise<GroupMember> {
    const member = new GroupMember(subject, groupId);
    await member.join();
    await member.sync([{ memberId: member.memberId, assignment: Buffer.from('all') }]);
    return member;
  }

  /** As requests name it. */
  get identity(): GroupIdentity {
    const { groupId, memberId, generation } = this;
    return { groupId, memberId, generation };
  }

  /** Sends one JoinGroup. */
  async ask(): Promise<Joined> {
    const coordinator = await this.#subject.coordinator('group', this.groupId);
    const request = {
      groupId: this.groupId,
      memberId: this.memberId,
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: REBALANCE_MS,
      protocolType: this.#protocolType,
      protocols: this.#protocols.map((name) => ({ name, metadata: SUBSCRIPTION })),
      reason: 'the contract',
    };
    return this.#subject.until(
      `the group ${this.groupId} to be joined`,
      () => this.#subject.send(coordinator, 'JoinGroup', request, { channel: this.#channel }),
      ({ error }) => !NOT_YET.includes(error),
    );
  }

  /** Joins, at first for its id. @throws Error when the coordinator refuses */
  async join(): Promise<Joined> {
    let joined = await this.ask();
    this.memberId = joined.memberId;
    if (joined.error === 'MEMBER_ID_REQUIRED') joined = await this.ask();
    if (joined.error !== 'NONE') throw new Error(`JoinGroup: ${joined.error}`);
    this.generation = joined.generation;
    return joined;
  }

  /** @param assignments empty but from the leader */
  async sync(
    assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[] = [],
  ): Promise<ResponseOf<'SyncGroup'>> {
    const coordinator = await this.#subject.coordinator('group', this.groupId);
    const [protocol = ''] = this.#protocols;
    const request = { ...this.identity, protocolType: this.#protocolType, protocol, assignments };
    return this.#subject.send(coordinator, 'SyncGroup', request, { channel: this.#channel });
  }

  async heartbeat(changes: Partial<GroupIdentity> = {}): Promise<ErrorName> {
    const coordinator = await this.#subject.coordinator('group', this.groupId);
    const request = { ...this.identity, ...changes };
    const { error } = await this.#subject.until(
      `a heartbeat to be taken by ${request.groupId}`,
      () => this.#subject.send(coordinator, 'Heartbeat', request),
      (answer) => !NOT_YET.includes(answer.error),
    );
    return error;
  }

  /** Waits until the coordinator wants all members to join again. */
  async hearsOfRebalance(): Promise<void> {
    await this.#subject.until(
      `the group ${this.groupId} to rebalance`,
      () => this.heartbeat(),
      (error) => error === 'REBALANCE_IN_PROGRESS',
    );
  }

  async leave(): Promise<ErrorName> {
    const { groupId, memberId } = this;
    const coordinator = await this.#subject.coordinator('group', groupId);
    const request = { groupId, memberId, reason: 'the contract' };
    return (await this.#subject.send(coordinator, 'LeaveGroup', request)).error;
  }
}

/** Commits an offset of partition 0, outside of transactions. */
export async function commitOffset(
  subject: Subject,
  group: GroupIdentity,
  topic: string,
  what: Partial<OffsetToCommit> & Pick<OffsetToCommit, 'offset'>,
): Promise<ErrorName> {
  const coordinator = await subject.coordinator('group', group.groupId);
  const offsets = [{ topic, partition: 0, leaderEpoch: -1, metadata: '', ...what }];
  const { partitions } = await subject.until(
    `an offset to be taken by ${group.groupId}`,
    () => subject.send(coordinator, 'OffsetCommit', { ...group, offsets }),
    (answer) => !answer.partitions.some(({ error }) => NOT_YET.includes(error)),
  );
  return only(partitions).error;
}

/** @returns who commits for a group from outside */
export function outsider(groupId: string): GroupIdentity {
  return { groupId, memberId: '', generation: -1 };
}
