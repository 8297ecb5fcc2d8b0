import type { ErrorName } from '../../../protocol/errors.ts';
import type { RequestOf, ResponseOf } from '../../../protocol/apis.ts';

type JoinRequest = RequestOf<'JoinGroup'>;
type Protocols = JoinRequest['protocols'];
export type JoinAnswer = (response: ResponseOf<'JoinGroup'>) => void;
export type SyncAnswer = (response: ResponseOf<'SyncGroup'>) => void;
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable';

/** ClassicGroupMember */
export interface Member {
  readonly id: string;
  readonly clientId: string;
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  protocols: Protocols;
  assignment: Buffer;
  isNew: boolean;
  /** When its session ends. */
  deadline: number;
  awaitingJoin: JoinAnswer | undefined;
  awaitingSync: SyncAnswer | undefined;
}

/** A group as its last record has it: with that a new coordinator goes on. */
interface GroupRecord {
  readonly generation: number;
  readonly protocolType: string | undefined;
  readonly protocol: string;
  readonly leader: string | undefined;
  readonly members: readonly Member[];
}

export const NO_ASSIGNMENT: Buffer = Buffer.alloc(0);

/** ClassicGroup: the members of a group and where they have got to. What happens next is the coordinator's affair. */
export class ClassicGroup {
  readonly id: string;
  state: GroupState = 'Empty';
  previousState: GroupState = 'Empty';
  generation = 0;
  protocolType: string | undefined;
  protocol = '';
  leader: string | undefined;
  members = new Map<string, Member>();
  /** Members that were given an id, and have not come back with it; until when they may. */
  readonly pendingMembers = new Map<string, number>();
  readonly pendingSync = new Set<string>();
  newMemberAdded = false;
  #record: GroupRecord | undefined;

  constructor(id: string) {
    this.id = id;
  }

  transitionTo(state: GroupState): void {
    this.previousState = this.state;
    this.state = state;
  }

  get canRebalance(): boolean {
    return this.state !== 'PreparingRebalance';
  }

  get hasAllMembersJoined(): boolean {
    if (this.pendingMembers.size > 0) return false;
    for (const { awaitingJoin } of this.members.values()) {
      if (awaitingJoin === undefined) return false;
    }
    return true;
  }

  /** The slowest member decides. */
  get rebalanceTimeoutMs(): number {
    let longest = 0;
    for (const { rebalanceTimeoutMs } of this.members.values()) {
      longest = Math.max(longest, rebalanceTimeoutMs);
    }
    return longest;
  }

  supportsProtocols(protocolType: string, protocols: Protocols): boolean {
    if (this.state === 'Empty') return protocolType !== '' && protocols.length > 0;
    if (protocolType !== this.protocolType) return false;
    // Without members none is against it, as while a member without an answer is waited for.
    if (this.members.size === 0) return protocols.length > 0;
    const candidates = this.#candidates();
    return protocols.some(({ name }) => candidates.has(name));
  }

  add(member: Member, answer: JoinAnswer): void {
    this.leader ??= member.id;
    this.members.set(member.id, member);
    member.awaitingJoin = answer;
    this.pendingMembers.delete(member.id);
  }

  remove(memberId: string): void {
    this.members.delete(memberId);
    this.pendingMembers.delete(memberId);
    this.pendingSync.delete(memberId);
    if (this.leader === memberId) this.leader = this.members.keys().next().value;
  }

  /** The members of the next generation have joined. */
  beginGeneration(): void {
    this.generation += 1;
    this.pendingSync.clear();
    if (this.members.size === 0) {
      this.protocol = '';
      this.transitionTo('Empty');
      this.persist();
    } else {
      this.protocol = this.#vote();
      this.transitionTo('CompletingRebalance');
    }
  }

  /** @returns false when no member has joined that could lead */
  electJoinedLeader(): boolean {
    if (this.leader === undefined) return false;
    if (this.members.get(this.leader)?.awaitingJoin !== undefined) return true;
    for (const member of this.members.values()) {
      if (member.awaitingJoin === undefined) continue;
      this.leader = member.id;
      return true;
    }
    return false;
  }

  answerJoin(member: Member, error: ErrorName): void {
    const answer = member.awaitingJoin;
    member.awaitingJoin = undefined;
    if (answer === undefined) return;
    if (error === 'NONE') answer(this.joined(member));
    else answer(refusedJoin(error, error === 'UNKNOWN_MEMBER_ID' ? '' : member.id));
  }

  answerSync(member: Member, error: ErrorName): boolean {
    const answer = member.awaitingSync;
    member.awaitingSync = undefined;
    answer?.({ error, assignment: error === 'NONE' ? member.assignment : NO_ASSIGNMENT });
    return answer !== undefined;
  }

  joined(member: Member): ResponseOf<'JoinGroup'> {
    const { generation, protocol, leader = '' } = this;
    const members = leader === member.id ? this.#metadata() : [];
    return { error: 'NONE', generation, protocol, leader, memberId: member.id, members };
  }

  /** A record of the group is written: the members with what was assigned to them. */
  persist(): void {
    const { generation, protocolType, protocol, leader } = this;
    const members = [...this.members.values()].map((member) => ({ ...member }));
    this.#record = { generation, protocolType, protocol, leader, members };
  }

  /** Another coordinator reads the last record. @returns false when there is none */
  reload(now: number): boolean {
    const record = this.#record;
    if (record === undefined) return false;
    this.generation = record.generation;
    this.protocolType = record.protocolType;
    this.protocol = record.protocol;
    this.leader = record.leader;
    this.members = new Map();
    for (const member of record.members) {
      const deadline = now + member.sessionTimeoutMs;
      const idle = { isNew: false, awaitingJoin: undefined, awaitingSync: undefined };
      this.members.set(member.id, { ...member, ...idle, deadline });
    }
    this.pendingMembers.clear();
    this.pendingSync.clear();
    this.newMemberAdded = false;
    this.state = this.members.size === 0 ? 'Empty' : 'Stable';
    this.previousState = this.state;
    return true;
  }

  #metadata(): ResponseOf<'JoinGroup'>['members'] {
    return [...this.members.values()].map((member) => ({
      memberId: member.id,
      metadata: this.metadataOf(member),
    }));
  }

  metadataOf({ protocols }: Member): Buffer {
    return protocols.find(({ name }) => name === this.protocol)?.metadata ?? NO_ASSIGNMENT;
  }

  /** The protocols that all members have. */
  #candidates(): Set<string> {
    let candidates: Set<string> | undefined;
    for (const { protocols } of this.members.values()) {
      const names = protocols.map(({ name }) => name);
      const known = candidates;
      candidates = new Set(known === undefined ? names : names.filter((name) => known.has(name)));
    }
    return candidates ?? new Set();
  }

  #vote(): string {
    const candidates = this.#candidates();
    const votes = new Map<string, number>();
    for (const { protocols } of this.members.values()) {
      const vote = protocols.find(({ name }) => candidates.has(name))?.name;
      if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    let best = '';
    for (const [name, count] of votes) if (count > (votes.get(best) ?? 0)) best = name;
    return best;
  }
}

/** Whether a member would join with what it has joined with. */
export function matches({ protocols }: Member, others: Protocols): boolean {
  return (
    protocols.length === others.length &&
    protocols.every(({ name, metadata }, index) => {
      const other = others[index];
      return other?.name === name && metadata.equals(other.metadata);
    })
  );
}

/** An answer to a member that did not get in. */
export function refusedJoin(error: ErrorName, memberId: string): ResponseOf<'JoinGroup'> {
  return { error, generation: -1, protocol: '', leader: '', memberId, members: [] };
}
