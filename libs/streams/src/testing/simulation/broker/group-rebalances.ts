import type { RequestOf } from '../../../protocol/apis.ts';
import { NO_ASSIGNMENT } from './classic-group.ts';
import type { ClassicGroup, JoinAnswer, Member } from './classic-group.ts';
import type { Environment } from './environment.ts';
import type { Timer } from '../scheduler.ts';
import type { Partition } from './topics.ts';

/** `group.new.member.join.timeout.ms`: a member that is new waits no longer for the others. */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000;

/**
 * How groups get from a generation to the next one: members join, the leader assigns, and slow
 * members are left behind.
 */
export class GroupRebalances {
  readonly #environment: Environment;
  readonly #partitionOf: (group: ClassicGroup) => Partition;
  readonly #joinTimers = new Map<ClassicGroup, Timer>();
  readonly #syncTimers = new Map<ClassicGroup, Timer>();

  constructor(environment: Environment, coordinator: (group: ClassicGroup) => Partition) {
    this.#environment = environment;
    this.#partitionOf = coordinator;
  }

  /** The coordinator of a group moves: members that wait are sent to find the next one. */
  unload(group: ClassicGroup): void {
    this.#joinTimers.get(group)?.cancel();
    this.#syncTimers.get(group)?.cancel();
    for (const member of group.members.values()) {
      group.answerJoin(member, 'NOT_COORDINATOR');
      group.answerSync(member, 'NOT_COORDINATOR');
    }
  }

  /** A group was read from its records: its members have to be heard of. */
  loaded(group: ClassicGroup): void {
    for (const member of group.members.values()) this.#watch(group, member);
  }

  /** An id was given: the member has to come back with it. */
  addPending(group: ClassicGroup, memberId: string, sessionTimeoutMs: number): void {
    const deadline = this.#environment.scheduler.now() + sessionTimeoutMs;
    group.pendingMembers.set(memberId, deadline);
    this.#scheduleFor(group, sessionTimeoutMs, () => {
      if (group.pendingMembers.get(memberId) !== deadline) return;
      group.remove(memberId);
      this.#completeIfAllJoined(group);
    });
  }

  addMember(
    group: ClassicGroup,
    request: RequestOf<'JoinGroup'>,
    clientId: string,
    answer: JoinAnswer,
  ): void {
    const { memberId, rebalanceTimeoutMs, sessionTimeoutMs, protocols, protocolType } = request;
    const member: Member = {
      id: memberId,
      clientId,
      rebalanceTimeoutMs,
      sessionTimeoutMs,
      protocols,
      assignment: NO_ASSIGNMENT,
      isNew: true,
      deadline: this.#environment.scheduler.now() + NEW_MEMBER_JOIN_TIMEOUT_MS,
      awaitingJoin: undefined,
      awaitingSync: undefined,
    };
    if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') {
      group.newMemberAdded = true;
    }
    if (group.members.size === 0) group.protocolType = protocolType;
    group.add(member, answer);
    this.#watch(group, member);
    this.#prepareOrComplete(group);
  }

  updateMember(
    group: ClassicGroup,
    member: Member,
    request: RequestOf<'JoinGroup'>,
    answer: JoinAnswer,
  ): void {
    member.protocols = request.protocols;
    member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
    member.sessionTimeoutMs = request.sessionTimeoutMs;
    member.awaitingJoin = answer;
    this.#prepareOrComplete(group);
  }

  /** The leader has assigned: all members that wait get what is theirs. */
  assign(group: ClassicGroup, assignments: RequestOf<'SyncGroup'>['assignments']): void {
    for (const member of group.members.values()) member.assignment = NO_ASSIGNMENT;
    for (const { memberId, assignment } of assignments) {
      const member = group.members.get(memberId);
      if (member !== undefined) member.assignment = assignment;
    }
    group.persist();
    for (const member of group.members.values()) {
      if (group.answerSync(member, 'NONE')) this.keepAlive(member);
    }
    group.transitionTo('Stable');
  }

  /** A member was removed. */
  left(group: ClassicGroup): void {
    if (group.state === 'Stable' || group.state === 'CompletingRebalance') this.#prepare(group);
    else if (group.state === 'PreparingRebalance') this.#completeIfAllJoinedLater(group);
  }

  keepAlive(member: Member): void {
    member.deadline = this.#environment.scheduler.now() + member.sessionTimeoutMs;
  }

  /** Timers of a group are those of one coordinator: the next one has its own. */
  #scheduleFor(group: ClassicGroup, delay: number, run: () => void): Timer {
    const partition = this.#partitionOf(group);
    const { leaderEpoch, leader } = partition;
    return this.#environment.scheduler.schedule(delay, () => {
      if (partition.leaderEpoch === leaderEpoch && this.#environment.isUp(leader)) run();
    });
  }

  /** One timer for each member, which looks again when the session was held open. */
  #watch(group: ClassicGroup, member: Member): void {
    const { scheduler } = this.#environment;
    const left = member.deadline - scheduler.now();
    // A member that waits for others is kept, and looked at again; its first session may end before
    // a new member's time.
    const next = left > 0 ? Math.min(left, member.sessionTimeoutMs) : member.sessionTimeoutMs;
    this.#scheduleFor(group, next, () => {
      if (group.members.get(member.id) !== member) return;
      const isWaiting = member.awaitingJoin !== undefined || member.awaitingSync !== undefined;
      if (scheduler.now() < member.deadline || (isWaiting && !member.isNew)) {
        this.#watch(group, member);
        return;
      }
      group.answerJoin(member, 'UNKNOWN_MEMBER_ID');
      group.remove(member.id);
      if (group.state === 'PreparingRebalance') this.#completeIfAllJoined(group);
      else if (group.state !== 'Empty') this.#prepareOrComplete(group);
    });
  }

  #prepareOrComplete(group: ClassicGroup): void {
    if (group.canRebalance) this.#prepare(group);
    else this.#completeIfAllJoinedLater(group);
  }

  #prepare(group: ClassicGroup): void {
    if (group.state === 'CompletingRebalance') {
      for (const member of group.members.values()) {
        member.assignment = NO_ASSIGNMENT;
        if (group.answerSync(member, 'REBALANCE_IN_PROGRESS')) this.keepAlive(member);
      }
    }
    group.pendingSync.clear();
    this.#syncTimers.get(group)?.cancel();
    const isInitial = group.state === 'Empty';
    group.transitionTo('PreparingRebalance');
    if (isInitial) {
      const delay = this.#environment.settings.initialRebalanceDelayMs;
      group.newMemberAdded = false;
      this.#delayInitial(group, delay, Math.max(group.rebalanceTimeoutMs - delay, 0));
    } else if (group.hasAllMembersJoined) {
      this.#complete(group);
    } else {
      this.#setJoinTimer(group, group.rebalanceTimeoutMs, () => {
        this.#complete(group);
      });
    }
  }

  #delayInitial(group: ClassicGroup, delay: number, remaining: number): void {
    this.#setJoinTimer(group, delay, () => {
      if (group.newMemberAdded && remaining !== 0) {
        group.newMemberAdded = false;
        const { initialRebalanceDelayMs } = this.#environment.settings;
        const next = Math.min(initialRebalanceDelayMs, remaining);
        this.#delayInitial(group, next, Math.max(remaining - delay, 0));
      } else {
        this.#complete(group);
      }
    });
  }

  /** The initial rebalance takes its time, even when all have joined. */
  #completeIfAllJoinedLater(group: ClassicGroup): void {
    if (group.previousState !== 'Empty') this.#completeIfAllJoined(group);
  }

  #completeIfAllJoined(group: ClassicGroup): void {
    if (group.state === 'PreparingRebalance' && group.hasAllMembersJoined) this.#complete(group);
  }

  #complete(group: ClassicGroup): void {
    this.#joinTimers.get(group)?.cancel();
    for (const member of [...group.members.values()]) {
      if (member.awaitingJoin === undefined) group.remove(member.id);
    }
    if (!group.electJoinedLeader() && group.members.size > 0) {
      this.#setJoinTimer(group, group.rebalanceTimeoutMs, () => {
        this.#complete(group);
      });
      return;
    }
    group.beginGeneration();
    if (group.state === 'Empty') return;
    for (const member of group.members.values()) {
      group.pendingSync.add(member.id);
      this.keepAlive(member);
      member.isNew = false;
    }
    const { generation } = group;
    this.#syncTimers.set(
      group,
      this.#scheduleFor(group, group.rebalanceTimeoutMs, () => {
        this.#expireSync(group, generation);
      }),
    );
    for (const member of group.members.values()) group.answerJoin(member, 'NONE');
  }

  #expireSync(group: ClassicGroup, generation: number): void {
    if (group.generation !== generation) return;
    if (group.state !== 'CompletingRebalance' && group.state !== 'Stable') return;
    if (group.pendingSync.size === 0) return;
    for (const memberId of [...group.pendingSync]) group.remove(memberId);
    this.#prepare(group);
  }

  #setJoinTimer(group: ClassicGroup, delay: number, run: () => void): void {
    this.#joinTimers.get(group)?.cancel();
    this.#joinTimers.set(group, this.#scheduleFor(group, delay, run));
  }
}
