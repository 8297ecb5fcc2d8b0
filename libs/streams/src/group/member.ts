import { isRetriable, ProtocolError } from '../cluster/protocol-error.ts';
import type { RequestOf, ResponseOf } from '../protocol/apis.ts';
import type { ErrorName } from '../protocol/errors.ts';
import type { GroupIdentity } from '../protocol/group-apis.ts';
import { Alarm } from '../timing/alarm.ts';
import { assign } from './assign.ts';
import { decodeAssignment, encodeSubscription } from './consumer-protocol.ts';
import { candidateOf, encodeAssignments, PROTOCOL, PROTOCOL_TYPE } from './cooperative-protocol.ts';
import { requireOwnGroup } from './foreign-group.ts';
import type { MemberOptions, MemberState } from './member-options.ts';

/** Outside of a generation. */
const NO_GENERATION = -1;
const RETRY_PAUSE_MS = 100;
/** A first join takes two, and some more where members come and go: what is refused more often takes its time. */
const QUICK_JOINS = 4;

type Joined = ResponseOf<'JoinGroup'>;

/**
 * A member of a consumer group (KIP-62, KIP-429): a partition that stays with it is worked on without a break while
 * other members come and go.
 */
export class Member {
  readonly #options: MemberOptions;
  readonly #alarm: Alarm;
  #isStopped = false;
  #memberId = '';
  #generation = NO_GENERATION;
  /** How many partitions the topic had when the member asked to join, or when it assigned them. */
  #joinedWith = 0;
  /** What was given up can go elsewhere only in a generation that begins after that. */
  #hasGivenUp = false;
  /** Not assigned any more, and still worked on. */
  #givingUp = new Set<number>();
  #state: MemberState = 'joining';
  #provenAt: number;
  readonly #owned = new Set<number>();
  /** Ends the wait for an answer that is of no use any more. */
  #expel: () => void = () => undefined;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock);
    this.#provenAt = options.clock.now();
  }

  get state(): MemberState {
    return this.#state;
  }

  /** When the coordinator last counted the member in, epoch ms. */
  get provenAt(): number {
    return this.#provenAt;
  }

  get owned(): ReadonlySet<number> {
    return this.#owned;
  }

  /** What offsets are committed by: the coordinator refuses them after the next generation has begun. */
  get identity(): GroupIdentity {
    const { groupId } = this.#options;
    return { groupId, memberId: this.#memberId, generation: this.#generation };
  }

  /**
   * Joins, and stays a member until it {@link leave}s.
   *
   * @throws ProtocolError when the coordinator refuses for a reason that stays
   * @throws ForeignGroupError when the group has members of another client
   */
  async run(): Promise<void> {
    for (let refusals = 0; !this.#isOver();) {
      try {
        if (await this.#join()) {
          refusals = 0;
          await this.#beat();
        } else {
          refusals += 1;
          if (refusals >= QUICK_JOINS) await this.#alarm.sleep(RETRY_PAUSE_MS);
        }
      } catch (error) {
        if (this.#isOver()) return;
        if (!isRetriable(error)) throw error;
        await this.#alarm.sleep(RETRY_PAUSE_MS);
      }
    }
  }

  /**
   * The coordinator has refused a commit under an identity of this member: asks it at once what the member is to it.
   * To be unknown to it is its last word, even while it should still be answering a request to join.
   */
  refused({ memberId }: GroupIdentity, code: ErrorName): void {
    if (code === 'UNKNOWN_MEMBER_ID' && memberId === this.#memberId && memberId !== '') {
      this.#memberId = '';
      this.#lose();
      this.#expel();
    }
    this.#alarm.ring();
  }

  /** Leaves the group, so that its partitions need not wait for the end of the session. Nothing is thrown. */
  async leave(): Promise<void> {
    const { cluster, groupId } = this.#options;
    this.#isStopped = true;
    this.#alarm.ring();
    this.#setState('left');
    const memberId = this.#memberId;
    if (memberId === '') return;
    const request = { groupId, memberId, reason: 'The process ends' };
    await cluster
      .ask('group', groupId, 'LeaveGroup', request, ({ error }) => error, { timeoutMs: 1_000 })
      .catch(() => undefined);
  }

  /** @returns whether it is a member of a generation: else it has to join again, at once */
  async #join(): Promise<boolean> {
    this.#setState(this.#owned.size > 0 ? 'rebalancing' : 'joining');
    const joined = await this.#requestJoin();
    if (joined === undefined || this.#isOver()) return false;
    const assigned = await this.#sync(joined);
    if (assigned === undefined || this.#isOver()) return false;
    this.#generation = joined.generation;
    this.#provenAt = this.#options.clock.now();
    this.#take(assigned);
    return true;
  }

  /** @returns undefined when it has to join again */
  async #requestJoin(): Promise<Joined | undefined> {
    const { cluster, groupId, topic, instance, timeouts } = this.#options;
    this.#joinedWith = cluster.topic(topic)?.partitions ?? 0;
    const metadata = encodeSubscription({
      topics: [topic],
      // Another number of partitions makes another subscription: only that begins a generation.
      userData: `${instance} ${this.#joinedWith}`,
      owned: [{ topic, partitions: [...this.#owned] }],
      generation: this.#generation,
    });
    const request = {
      groupId,
      memberId: this.#memberId,
      sessionTimeoutMs: timeouts.sessionMs,
      rebalanceTimeoutMs: timeouts.rebalanceMs,
      protocolType: PROTOCOL_TYPE,
      protocols: [{ name: PROTOCOL, metadata }],
      reason: '',
    };
    const joined = await this.#ask('JoinGroup', request);
    const { error, memberId } = joined;
    if (error === 'NONE' || error === 'MEMBER_ID_REQUIRED') this.#memberId = memberId;
    await requireOwnGroup(cluster, groupId, joined);
    if (error === 'NONE') return joined;
    if (error !== 'MEMBER_ID_REQUIRED') this.#refusedBy(error, 'JoinGroup');
    return undefined;
  }

  /** @returns the partitions of the new generation; undefined when it has to join again */
  async #sync(joined: Joined): Promise<readonly number[] | undefined> {
    const { groupId, topic } = this.#options;
    const isLeader = joined.leader === joined.memberId;
    const { error, assignment } = await this.#ask('SyncGroup', {
      groupId,
      memberId: joined.memberId,
      generation: joined.generation,
      protocolType: PROTOCOL_TYPE,
      protocol: joined.protocol,
      assignments: isLeader ? await this.#assign(joined) : [],
    });
    if (error === 'NONE') {
      const assigned = decodeAssignment(assignment).find((part) => part.topic === topic);
      return assigned?.partitions ?? [];
    }
    this.#refusedBy(error, 'SyncGroup');
    return undefined;
  }

  async #assign({ members }: Joined): Promise<{ memberId: string; assignment: Buffer }[]> {
    const candidates = members.map(candidateOf);
    const topics = [...new Set(candidates.flatMap((candidate) => candidate.topics))];
    const { cluster, topic } = this.#options;
    const partitions = await cluster.countPartitions(topics);
    const count = partitions.get(topic) ?? 0;
    // The topic has grown meanwhile, or is just created anew: what is assigned now holds until the counts agree.
    if (count !== this.#joinedWith) await cluster.refresh();
    this.#joinedWith = count;
    return encodeAssignments(assign(candidates, partitions));
  }

  /** Gives up what is not assigned any more, and then joins again, so that it can go elsewhere. */
  #take(assigned: readonly number[]): void {
    const { onAssigned } = this.#options;
    const revoked = [...this.#owned].filter((partition) => !assigned.includes(partition));
    const added = assigned.filter((partition) => !this.#owned.has(partition));
    for (const partition of added) this.#owned.add(partition);
    this.#setState('member');
    onAssigned(added);
    const left = revoked.filter((partition) => !this.#givingUp.has(partition));
    if (left.length > 0) void this.#giveUp(left);
  }

  /** Heartbeats go on meanwhile: it lasts until the transaction that is under way is settled. */
  async #giveUp(partitions: readonly number[]): Promise<void> {
    const givingUp = this.#givingUp;
    for (const partition of partitions) givingUp.add(partition);
    await this.#options.onRevoked(partitions);
    // Lost meanwhile, or even lost and assigned again.
    if (this.#givingUp !== givingUp) return;
    for (const partition of partitions) {
      this.#owned.delete(partition);
      givingUp.delete(partition);
    }
    this.#hasGivenUp = true;
    this.#alarm.ring();
  }

  /** Sends heartbeats until it has to join again. */
  async #beat(): Promise<void> {
    const { clock, timeouts, cluster, topic } = this.#options;
    while (!this.#isOver() && this.#generation !== NO_GENERATION) {
      await this.#alarm.sleep(timeouts.heartbeatMs);
      if (this.#isOver()) return;
      if (this.#hasGivenUp) {
        this.#hasGivenUp = false;
        return;
      }
      if ((cluster.topic(topic)?.partitions ?? 0) !== this.#joinedWith) return;
      const error = await this.#heartbeat();
      if (error === 'NONE') {
        this.#provenAt = clock.now();
      } else if (error !== undefined) {
        this.#refusedBy(error, 'Heartbeat');
        return;
      }
    }
  }

  /** @returns undefined when no coordinator has answered: until one does, the member is what it was */
  async #heartbeat(): Promise<ErrorName | undefined> {
    try {
      return (await this.#ask('Heartbeat', this.identity)).error;
    } catch (error) {
      if (!isRetriable(error)) throw error;
      await this.#alarm.sleep(RETRY_PAUSE_MS);
      return undefined;
    }
  }

  /** Only the coordinator's word ends a membership; @throws ProtocolError for any other error */
  #refusedBy(error: ErrorName, api: string): void {
    if (error === 'REBALANCE_IN_PROGRESS') return;
    const isUnknown = error === 'UNKNOWN_MEMBER_ID' || error === 'FENCED_INSTANCE_ID';
    if (!isUnknown && error !== 'ILLEGAL_GENERATION') {
      throw new ProtocolError(error, `${api} of group "${this.#options.groupId}"`);
    }
    if (isUnknown) this.#memberId = '';
    this.#lose();
  }

  /** Asked anew each time: it may end during any wait. */
  #isOver(): boolean {
    return this.#isStopped;
  }

  #lose(): void {
    this.#generation = NO_GENERATION;
    this.#owned.clear();
    this.#givingUp = new Set();
    this.#setState('joining');
    this.#options.onLost();
  }

  #ask<Api extends 'JoinGroup' | 'SyncGroup' | 'Heartbeat'>(
    api: Api,
    request: RequestOf<Api>,
  ): Promise<ResponseOf<Api>> {
    const { cluster, groupId } = this.#options;
    const errorOf = ({ error }: { readonly error: ErrorName }): ErrorName => error;
    const expelled = new Promise<never>((_, reject) => {
      this.#expel = () => {
        reject(new ProtocolError('UNKNOWN_MEMBER_ID', `${api} of group "${groupId}"`));
      };
    });
    return Promise.race([
      expelled,
      cluster.ask('group', groupId, api, request, errorOf, { channel: 'group' }),
    ]);
  }

  #setState(state: MemberState): void {
    if (this.#state === state || this.#state === 'left') return;
    this.#state = state;
    this.#options.onState(state);
  }
}
