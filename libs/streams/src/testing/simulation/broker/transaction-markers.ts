import type { TopicPartition } from '../../../protocol/log-apis.ts';
import type { CoordinatorLoads, Environment } from './environment.ts';
import type { GroupOffsets } from './group-offsets.ts';
import { OFFSETS_TOPIC } from './topics.ts';
import type { Partition } from './topics.ts';

/** A transaction that has ended, but for its markers. */
export interface EndedTransaction {
  readonly producerId: number;
  readonly epoch: number;
  /** KIP-890: the epoch is another one than that of the records. */
  readonly bumpsEpoch: boolean;
  readonly isCommit: boolean;
  readonly partitions: readonly TopicPartition[];
}

/** TransactionMarkerChannelManager: writes the markers of a transaction, partition by partition, again and again. */
export class TransactionMarkers {
  readonly #environment: Environment;
  readonly #offsets: GroupOffsets;
  readonly #groupLoads: CoordinatorLoads;

  constructor(environment: Environment, offsets: GroupOffsets, groupLoads: CoordinatorLoads) {
    this.#environment = environment;
    this.#offsets = offsets;
    this.#groupLoads = groupLoads;
  }

  /**
   * @param coordinator the partition whose leader coordinates
   * @param onMarked called for each partition that has its marker
   */
  send(
    ended: EndedTransaction,
    coordinator: Partition,
    onMarked: (partition: TopicPartition) => void,
    onDone: () => void,
  ): void {
    const { scheduler, random } = this.#environment;
    const { leaderEpoch, leader } = coordinator;
    let left = ended.partitions.length;
    const isCoordinator = (): boolean =>
      coordinator.leaderEpoch === leaderEpoch && this.#environment.isUp(leader);
    const acknowledge = (partition: TopicPartition): void => {
      if (!isCoordinator()) return;
      onMarked(partition);
      left -= 1;
      if (left === 0) onDone();
    };
    if (left === 0) {
      scheduler.schedule(0.1, () => {
        if (isCoordinator()) onDone();
      });
      return;
    }
    const attempt = (partition: TopicPartition): void => {
      if (!isCoordinator()) return;
      scheduler.schedule(this.#latency(), () => {
        // The coordinator is gone: most of what it had to send still waited to be sent.
        if (!isCoordinator() && random.chance(0.7)) return;
        this.#arrive(ended, partition, leaderEpoch, (outcome) => {
          if (outcome === 'done') {
            scheduler.schedule(this.#latency() / 2, () => {
              acknowledge(partition);
            });
          } else if (outcome === 'again') {
            scheduler.schedule(random.between(5, 60), () => {
              attempt(partition);
            });
          }
        });
      });
    };
    for (const partition of ended.partitions) attempt(partition);
  }

  #latency(): number {
    const { random, settings } = this.#environment;
    const slow = random.chance(0.05) ? 8 : 1;
    return random.between(0.1, settings.markerMs) * slow;
  }

  #arrive(
    ended: EndedTransaction,
    place: TopicPartition,
    coordinatorEpoch: number,
    answer: (outcome: 'done' | 'again' | 'never') => void,
  ): void {
    const { scheduler, controller } = this.#environment;
    const partition = controller.partition(place.topic, place.partition);
    if (partition === undefined) {
      answer('done');
      return;
    }
    const isThere =
      this.#environment.isUp(partition.leader) &&
      partition.isLedBy(partition.leader, scheduler.now()) &&
      (partition.topic !== OFFSETS_TOPIC || this.#groupLoads.checkLeader(partition) === 'NONE');
    if (!isThere) {
      answer('again');
      return;
    }
    const { producerId, epoch, bumpsEpoch, isCommit } = ended;
    const timestamp = this.#environment.time();
    const { error } = partition.log.appendMarker({
      producerId,
      epoch,
      coordinatorEpoch,
      bumpsEpoch,
      isCommit,
      timestamp,
    });
    if (error !== 'NONE') {
      // Another coordinator, or a later epoch, was here: TransactionMarkerRequestCompletionHandler gives up.
      answer('never');
      return;
    }
    if (partition.topic === OFFSETS_TOPIC) this.#offsets.end(partition.index, producerId, isCommit);
    partition.changed();
    answer('done');
  }
}
