import type { ErrorName } from '../../../protocol/errors.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Controller } from './controller.ts';
import type { Partition } from './topics.ts';

/** How brokers are configured, and how long they take. Times are in milliseconds. */
export interface BrokerSettings {
  /** Level of the feature `transaction.version`; 2 is KIP-890. */
  transactionVersion: 1 | 2;
  /** `group.initial.rebalance.delay.ms`; brokers have 3,000 by default. */
  initialRebalanceDelayMs: number;
  /** `group.min.session.timeout.ms` */
  minSessionTimeoutMs: number;
  /** `group.max.session.timeout.ms` */
  maxSessionTimeoutMs: number;
  /** `transaction.max.timeout.ms` */
  maxTransactionTimeoutMs: number;
  /** `transaction.abort.timed.out.transaction.cleanup.interval.ms` */
  transactionScanMs: number;
  /** `max.message.bytes` */
  maxMessageBytes: number;
  /** `message.timestamp.after.max.ms` */
  timestampAfterMaxMs: number;
  /** The error for Produce requests before KIP-890 to a partition that was not added; since version 11 the latter. */
  notAddedError: 'INVALID_TXN_STATE' | 'TRANSACTION_ABORTABLE';
  /** How long a new coordinator reads its partition, at most. */
  loadMs: number;
  /** From a broker to another and back, at most. */
  brokerLatencyMs: number;
  /** From a transaction's end to its markers, at most. */
  markerMs: number;
}

/** The defaults of brokers, but for the delay of a group's first rebalance. */
export const DEFAULT_SETTINGS: BrokerSettings = {
  transactionVersion: 2,
  initialRebalanceDelayMs: 0,
  minSessionTimeoutMs: 6_000,
  maxSessionTimeoutMs: 1_800_000,
  maxTransactionTimeoutMs: 900_000,
  transactionScanMs: 10_000,
  maxMessageBytes: 1_048_588,
  timestampAfterMaxMs: 3_600_000,
  notAddedError: 'TRANSACTION_ABORTABLE',
  loadMs: 20,
  brokerLatencyMs: 1,
  markerMs: 5,
};

/** What all parts of the brokers share. */
export interface Environment {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly controller: Controller;
  readonly settings: BrokerSettings;
  /**
   * KAFKA-20734: when the only broker stops, its coordinator ends transactions without the markers
   * that are on their way.
   */
  losesMarkers: boolean;
  /** Epoch milliseconds. */
  time(): number;
  isUp(broker: number): boolean;
}

/** What a broker knows of the connection that a request came on. */
export interface Caller {
  readonly clientId: string;
}

/** When the leaders of an internal topic's partitions have read what they coordinate. */
export class CoordinatorLoads {
  readonly #environment: Environment;
  readonly #loadedAt = new Map<Partition, number>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** A partition has a new leader. @param onLoaded runs when it has read the partition */
  begin(partition: Partition, onLoaded: () => void): void {
    const { scheduler, random, settings } = this.#environment;
    const { leaderEpoch, leader } = partition;
    if (leader < 0) return;
    const at = partition.leadsFrom + (leaderEpoch === 0 ? 0 : random.between(0.1, settings.loadMs));
    this.#loadedAt.set(partition, at);
    scheduler.scheduleAt(at, () => {
      if (partition.leaderEpoch === leaderEpoch && this.#environment.isUp(leader)) onLoaded();
    });
  }

  /** What a broker answers that is asked for something in a partition. */
  check(partition: Partition, broker: number): ErrorName {
    const now = this.#environment.scheduler.now();
    if (!partition.isLedBy(broker, now)) return 'NOT_COORDINATOR';
    return now < (this.#loadedAt.get(partition) ?? 0) ? 'COORDINATOR_LOAD_IN_PROGRESS' : 'NONE';
  }

  /** What another broker gets that asks the partition's leader. */
  checkLeader(partition: Partition): ErrorName {
    if (partition.leader < 0) return 'COORDINATOR_NOT_AVAILABLE';
    if (!this.#environment.isUp(partition.leader)) return 'NETWORK_EXCEPTION';
    return this.check(partition, partition.leader);
  }
}
