import type { ErrorName } from '../../../protocol/errors.ts';
import type {
  GroupIdentity,
  OffsetToCommit,
  PartitionError,
} from '../../../protocol/group-apis.ts';
import type { RequestOf, ResponseOf } from '../../../protocol/apis.ts';
import { SimulatedOutgoing } from '../simulated-batch.ts';
import type { ClassicGroup } from './classic-group.ts';
import { isKnown } from './controller.ts';
import type { Answering, ClusterImage } from './controller.ts';
import type { Environment } from './environment.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import type { GroupOffsets } from './group-offsets.ts';
import type { TransactionCoordinator } from './transaction-coordinator.ts';
import { verify } from './verification.ts';

/** `offset.metadata.max.bytes` */
const MAX_METADATA = 4_096;

type Answer = (response: { readonly partitions: readonly PartitionError[] }) => void;

/** How a group's coordinator takes offsets, with a transaction and without. */
export class OffsetCommits {
  readonly #environment: Environment;
  readonly #groups: GroupCoordinator;
  readonly #offsets: GroupOffsets;
  readonly #transactions: TransactionCoordinator;

  constructor(
    environment: Environment,
    groups: GroupCoordinator,
    offsets: GroupOffsets,
    transactions: TransactionCoordinator,
  ) {
    this.#environment = environment;
    this.#groups = groups;
    this.#offsets = offsets;
    this.#transactions = transactions;
  }

  fetch(broker: number, request: RequestOf<'OffsetFetch'>): ResponseOf<'OffsetFetch'> {
    const { groupId, partitions, requireStable } = request;
    const error = this.#groups.check(broker, groupId);
    if (error !== 'NONE') return { error, partitions: [] };
    return { error, partitions: this.#offsets.fetch(groupId, partitions, requireStable) };
  }

  commit(broker: Answering, request: RequestOf<'OffsetCommit'>, answer: Answer): void {
    const { groupId, offsets } = request;
    const error = this.#coordinatorError(broker.id, groupId);
    const group = error === 'NONE' ? this.#validate(request, false) : error;
    if (typeof group === 'string') {
      answer(all(offsets, group));
      return;
    }
    this.#groups.committed(group, request.memberId);
    const { accepted, partitions } = this.#known(broker.image, offsets);
    if (accepted.length > 0) {
      const { log } = this.#groups.partitionOf(groupId);
      const outgoing = records(accepted);
      const { baseOffset } = log.append(
        { ...OFFSETS_BATCH, count: outgoing.length },
        outgoing,
        undefined,
      );
      this.#offsets.store(groupId, accepted, baseOffset);
    }
    answer({ partitions });
  }

  commitInTransaction(
    broker: Answering,
    request: RequestOf<'TxnOffsetCommit'>,
    answer: Answer,
  ): void {
    const { groupId, offsets, producerId, epoch, transactionalId, addsOffsets } = request;
    const error = this.#coordinatorError(broker.id, groupId);
    if (error !== 'NONE') {
      answer(all(offsets, error));
      return;
    }
    const partition = this.#groups.partitionOf(groupId);
    const { accepted, partitions } = this.#known(broker.image, offsets);
    const claimed = {
      producerId: Number(producerId),
      epoch,
      baseSequence: -1,
      count: accepted.length,
      isTransactional: true,
      isFromClient: false,
    };
    const identity = { transactionalId, producerId, epoch };
    const verification = { partition, claimed, identity, adds: addsOffsets, isPatient: false };
    if (accepted.length === 0) {
      answer({ partitions });
      return;
    }
    const refuse = (refusal: ErrorName): void => {
      answer({
        partitions: partitions.map((one) =>
          one.error === 'NONE' ? { ...one, error: refusal } : one,
        ),
      });
    };
    verify(this.#environment, this.#transactions, verification, (verified, guard) => {
      if (verified !== 'NONE') {
        refuse(verified === 'NETWORK_EXCEPTION' ? 'COORDINATOR_LOAD_IN_PROGRESS' : verified);
        return;
      }
      // The coordinator may have moved in the meantime.
      const moved = this.#groups.check(broker.id, groupId);
      const group = moved === 'NONE' ? this.#validate(request, true) : moved;
      if (typeof group === 'string') {
        refuse(group);
        return;
      }
      const appended = partition.log.append(claimed, records(accepted), guard);
      if (appended.error !== 'NONE') {
        refuse(appended.error);
        return;
      }
      const { index } = partition;
      this.#offsets.storePending(index, claimed.producerId, groupId, accepted, appended.baseOffset);
      answer({ partitions });
    });
  }

  #coordinatorError(broker: number, groupId: string): ErrorName {
    return groupId === '' ? 'INVALID_GROUP_ID' : this.#groups.check(broker, groupId);
  }

  /** ClassicGroup.validateOffsetCommit; a group that is not there is created for an offset from outside of groups. */
  #validate(identity: GroupIdentity, isTransactional: boolean): ClassicGroup | ErrorName {
    const { groupId, memberId, generation } = identity;
    const group = this.#groups.group(groupId);
    if (group === undefined) {
      return generation < 0 ? this.#groups.create(groupId) : 'ILLEGAL_GENERATION';
    }
    if (generation < 0 && group.state === 'Empty') return group;
    if (generation >= 0 || memberId !== '') {
      if (!group.members.has(memberId)) return 'UNKNOWN_MEMBER_ID';
      if (generation !== group.generation) return 'ILLEGAL_GENERATION';
    } else if (!isTransactional) {
      return 'UNKNOWN_MEMBER_ID';
    }
    return !isTransactional && group.state === 'CompletingRebalance'
      ? 'REBALANCE_IN_PROGRESS'
      : group;
  }

  #known(
    image: ClusterImage,
    offsets: readonly OffsetToCommit[],
  ): {
    accepted: OffsetToCommit[];
    partitions: PartitionError[];
  } {
    const accepted: OffsetToCommit[] = [];
    const partitions = offsets.map((offset) => {
      const { topic, partition } = offset;
      const error = refusal(image, offset);
      if (error === 'NONE') accepted.push(offset);
      return { topic, partition, error };
    });
    return { accepted, partitions };
  }
}

/** Why an offset is not taken, whatever the group. */
function refusal(image: ClusterImage, { topic, partition, metadata }: OffsetToCommit): ErrorName {
  if (!isKnown(image, topic, partition)) return 'UNKNOWN_TOPIC_OR_PARTITION';
  return metadata.length > MAX_METADATA ? 'OFFSET_METADATA_TOO_LARGE' : 'NONE';
}

const OFFSETS_BATCH = {
  producerId: -1,
  epoch: -1,
  baseSequence: -1,
  isTransactional: false,
  isFromClient: false,
};

/** What the log of offsets has of a commit: its place is all that matters here. */
function records(offsets: readonly OffsetToCommit[]): SimulatedOutgoing {
  return new SimulatedOutgoing(offsets.map(() => OFFSET_RECORD));
}

const OFFSET_RECORD = { key: null, value: null, timestamp: 0 };

function all(
  offsets: readonly OffsetToCommit[],
  error: ErrorName,
): { readonly partitions: readonly PartitionError[] } {
  return { partitions: offsets.map(({ topic, partition }) => ({ topic, partition, error })) };
}
