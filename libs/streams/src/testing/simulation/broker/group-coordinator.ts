import type { ErrorName } from '../../../protocol/errors.ts';
import type { GroupIdentity } from '../../../protocol/group-apis.ts';
import type { RequestOf, ResponseOf } from '../../../protocol/apis.ts';
import { ClassicGroup, matches, NO_ASSIGNMENT, refusedJoin } from './classic-group.ts';
import type { JoinAnswer, Member, SyncAnswer } from './classic-group.ts';
import type { Caller, CoordinatorLoads, Environment } from './environment.ts';
import { GroupRebalances } from './group-rebalances.ts';
import { OFFSETS_TOPIC } from './topics.ts';
import type { Partition } from './topics.ts';

/** Where all clients connect from. */
const HOST = 'simulation';

/** GroupMetadataManager of all brokers, for the classic protocol. */
export class GroupCoordinator {
  readonly #environment: Environment;
  readonly #loads: CoordinatorLoads;
  readonly #rebalances: GroupRebalances;
  readonly #groups = new Map<string, ClassicGroup>();
  /** Groups that have consumers of KIP-848, too. */
  readonly #withConsumers = new Set<string>();
  #nextMember = 1;

  constructor(environment: Environment, loads: CoordinatorLoads) {
    this.#environment = environment;
    this.#loads = loads;
    this.#rebalances = new GroupRebalances(environment, (group) => this.partitionOf(group.id));
  }

  /** The partition whose leader coordinates a group. */
  partitionOf(groupId: string): Partition {
    return this.#environment.controller.coordinating(OFFSETS_TOPIC, groupId);
  }

  /** A partition has another leader: members that wait get that error, and the groups are read from their records. */
  elected(partition: Partition): void {
    for (const group of [...this.#groups.values()]) {
      if (this.partitionOf(group.id) === partition) this.#rebalances.unload(group);
    }
    this.#loads.begin(partition, () => {
      for (const group of [...this.#groups.values()]) {
        if (this.partitionOf(group.id) !== partition) continue;
        if (group.reload(this.#environment.scheduler.now())) this.#rebalances.loaded(group);
        else this.#groups.delete(group.id);
      }
    });
  }

  /** Which error a broker answers with that is asked about a group; NONE where it coordinates the group. */
  check(broker: number, groupId: string): ErrorName {
    return this.#loads.check(this.partitionOf(groupId), broker);
  }

  group(groupId: string): ClassicGroup | undefined {
    return this.#groups.get(groupId);
  }

  /** A consumer of KIP-848 joins: the coordinator assigns from now on, and has all classic members join again. */
  joinByConsumerProtocol(groupId: string): void {
    this.#withConsumers.add(groupId);
  }

  join(broker: number, request: RequestOf<'JoinGroup'>, caller: Caller, answer: JoinAnswer): void {
    const { groupId, memberId } = request;
    const refuse = (error: ErrorName, id = memberId): void => {
      answer(refusedJoin(error, id));
    };
    if (groupId === '') {
      refuse('INVALID_GROUP_ID');
      return;
    }
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.#environment.settings;
    if (
      request.sessionTimeoutMs < minSessionTimeoutMs ||
      request.sessionTimeoutMs > maxSessionTimeoutMs
    ) {
      refuse('INVALID_SESSION_TIMEOUT');
      return;
    }
    const error = this.check(broker, groupId);
    if (error !== 'NONE') {
      refuse(error);
      return;
    }
    const group = this.#groups.get(groupId) ?? (memberId === '' ? this.create(groupId) : undefined);
    if (group === undefined) {
      refuse('UNKNOWN_MEMBER_ID');
    } else if (!group.supportsProtocols(request.protocolType, request.protocols)) {
      refuse('INCONSISTENT_GROUP_PROTOCOL');
    } else if (memberId === '') {
      const id = `${caller.clientId}-${this.#nextMember.toString(16).padStart(8, '0')}`;
      this.#nextMember += 1;
      this.#rebalances.addPending(group, id, request.sessionTimeoutMs);
      refuse('MEMBER_ID_REQUIRED', id);
    } else if (this.#withConsumers.has(groupId)) {
      const protocol = request.protocols[0]?.name ?? '';
      answer({ error: 'NONE', generation: 1, protocol, leader: '', memberId, members: [] });
    } else if (group.pendingMembers.has(memberId)) {
      this.#rebalances.addMember(group, request, caller.clientId, answer);
    } else {
      const member = group.members.get(memberId);
      if (member === undefined) refuse('UNKNOWN_MEMBER_ID');
      else this.#rejoin(group, member, request, answer);
    }
  }

  sync(broker: number, request: RequestOf<'SyncGroup'>, answer: SyncAnswer): void {
    const found = this.#member(broker, request);
    const refuse = (error: ErrorName): void => {
      answer({ error, assignment: NO_ASSIGNMENT });
    };
    if (typeof found === 'string') {
      refuse(found);
      return;
    }
    const [group, member] = found;
    const { protocolType, protocol } = request;
    if (protocolType !== group.protocolType || protocol !== group.protocol) {
      refuse('INCONSISTENT_GROUP_PROTOCOL');
    } else if (group.state === 'PreparingRebalance') {
      refuse('REBALANCE_IN_PROGRESS');
    } else if (group.state === 'CompletingRebalance') {
      member.awaitingSync = answer;
      group.pendingSync.delete(member.id);
      if (group.leader === member.id) this.#rebalances.assign(group, request.assignments);
    } else {
      group.pendingSync.delete(member.id);
      this.#rebalances.keepAlive(member);
      answer({ error: 'NONE', assignment: member.assignment });
    }
  }

  heartbeat(broker: number, request: RequestOf<'Heartbeat'>): ErrorName {
    const found = this.#member(broker, request);
    if (typeof found === 'string') return found;
    const [group, member] = found;
    this.#rebalances.keepAlive(member);
    const isRebalancing = group.state === 'PreparingRebalance';
    const joinsAgain = isRebalancing || this.#withConsumers.has(group.id);
    return joinsAgain ? 'REBALANCE_IN_PROGRESS' : 'NONE';
  }

  leave(broker: number, { groupId, memberId }: RequestOf<'LeaveGroup'>): ErrorName {
    const error = this.check(broker, groupId);
    if (error !== 'NONE') return error;
    const group = this.#groups.get(groupId);
    if (group === undefined) return 'UNKNOWN_MEMBER_ID';
    const member = group.members.get(memberId);
    if (member === undefined && !group.pendingMembers.has(memberId)) return 'UNKNOWN_MEMBER_ID';
    if (member !== undefined) group.answerJoin(member, 'UNKNOWN_MEMBER_ID');
    group.remove(memberId);
    this.#rebalances.left(group);
    return 'NONE';
  }

  describe(broker: number, groupId: string): ResponseOf<'DescribeGroup'> {
    const error = this.check(broker, groupId);
    const group = error === 'NONE' ? this.#groups.get(groupId) : undefined;
    if (group === undefined || this.#withConsumers.has(groupId)) {
      return { error, state: 'Dead', protocolType: '', protocol: '', members: [] };
    }
    const { state, protocolType = '' } = group;
    const isStable = state === 'Stable';
    return {
      error,
      state,
      protocolType,
      protocol: isStable ? group.protocol : '',
      members: [...group.members.values()].map((member) => ({
        memberId: member.id,
        clientId: member.clientId,
        host: HOST,
        metadata: isStable ? group.metadataOf(member) : NO_ASSIGNMENT,
      })),
    };
  }

  /** As {@link describe}, of a group that has consumers of KIP-848. */
  describeConsumers(broker: number, groupId: string): ResponseOf<'ConsumerGroupDescribe'> {
    const error = this.check(broker, groupId);
    if (error !== 'NONE') return { error, state: '', members: [] };
    if (!this.#withConsumers.has(groupId)) {
      return { error: 'GROUP_ID_NOT_FOUND', state: '', members: [] };
    }
    const consumer = { memberId: 'consumer', clientId: 'consumer', host: HOST };
    return { error: 'NONE', state: 'Stable', members: [consumer] };
  }

  create(groupId: string): ClassicGroup {
    const group = new ClassicGroup(groupId);
    this.#groups.set(groupId, group);
    return group;
  }

  /** OffsetCommit holds a session open as heartbeats do. */
  committed(group: ClassicGroup, memberId: string): void {
    const member = group.members.get(memberId);
    if (member === undefined) return;
    if (group.state === 'Stable' || group.state === 'PreparingRebalance') {
      this.#rebalances.keepAlive(member);
    }
  }

  #rejoin(
    group: ClassicGroup,
    member: Member,
    request: RequestOf<'JoinGroup'>,
    answer: JoinAnswer,
  ): void {
    const { state } = group;
    if (state === 'Empty') {
      answer(refusedJoin('UNKNOWN_MEMBER_ID', member.id));
      return;
    }
    const isUnchanged = state !== 'PreparingRebalance' && matches(member, request.protocols);
    const leads = state === 'Stable' && group.leader === member.id;
    if (isUnchanged && !leads) answer(group.joined(member));
    else this.#rebalances.updateMember(group, member, request, answer);
  }

  #member(broker: number, identity: GroupIdentity): [ClassicGroup, Member] | ErrorName {
    const { groupId, memberId, generation } = identity;
    if (groupId === '') return 'INVALID_GROUP_ID';
    const error = this.check(broker, groupId);
    if (error !== 'NONE') return error;
    const group = this.#groups.get(groupId);
    const member = group?.members.get(memberId);
    if (group === undefined || member === undefined) return 'UNKNOWN_MEMBER_ID';
    return generation === group.generation ? [group, member] : 'ILLEGAL_GENERATION';
  }
}
