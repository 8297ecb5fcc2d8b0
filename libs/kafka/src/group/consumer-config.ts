import type { ConsumerConfig } from 'kafkajs';
import type { GroupConsumerOptions } from './group-options.ts';

/** Members that die are noticed after this long; a batch takes a small part of it. */
const SESSION_TIMEOUT_MS = 15_000;
/** Members learn by it that another one has left: most of the time that a hand-over takes. */
const HEARTBEAT_INTERVAL_MS = 1_000;
const REBALANCE_TIMEOUT_MS = 30_000;
/** The others may take the rebalance time-out to join, and until somebody dead is given up a session. */
export const LONGEST_JOIN_MS = REBALANCE_TIMEOUT_MS + SESSION_TIMEOUT_MS;

/** The broker answers an empty fetch after this long: also how long a stop may have to wait. */
const LONG_POLL_MS = 500;
/** Half as much makes a transaction of half as many records: a quarter more work for brokers, a sixth fewer records/s. */
const MAX_BYTES_PER_PARTITION = 1024 * 1024;
const DEFAULT_MAX_FETCH_BYTES = 16 * 1024 * 1024;
/** A small fetch still brings something of so many partitions. */
const PARTITIONS_PER_FETCH = 4;

/** @returns how a member of a group fetches, and how soon it is missed */
export function consumerConfig({
  groupId,
  lingerMs,
  maxFetchBytes = DEFAULT_MAX_FETCH_BYTES,
}: Pick<GroupConsumerOptions, 'groupId' | 'lingerMs' | 'maxFetchBytes'>): ConsumerConfig {
  const maxBytesPerPartition = Math.min(
    MAX_BYTES_PER_PARTITION,
    maxFetchBytes / PARTITIONS_PER_FETCH,
  );
  return {
    groupId,
    allowAutoTopicCreation: false,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_INTERVAL_MS,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    maxBytesPerPartition,
    maxBytes: maxFetchBytes,
    minBytes: lingerMs > 0 ? maxBytesPerPartition : 1,
    maxWaitTimeInMs: lingerMs > 0 ? lingerMs : LONG_POLL_MS,
  };
}
