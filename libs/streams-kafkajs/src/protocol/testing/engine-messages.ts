import { expect } from '@jest/globals';
import type { ApiName } from '@login-pipeline/streams';
import { EncodedBatch } from '../../record-batch/write-batch.ts';
import { here, partition, topic, topicId } from './expected-messages.ts';
import type { ExpectedMessages } from './expected-messages.ts';

const producer = { transactionalId: 'id', producerId: 77n, epoch: 5 };
const group = { groupId: 'group', memberId: 'member', generation: 4 };
const offsets = [{ ...here, offset: 10n, leaderEpoch: 4, metadata: 'so far' }];
const m = Buffer.from('m');
const a = Buffer.from('a');
const batch = await EncodedBatch.of([{ key: 'k', value: 'v', timestamp: '1700000000000' }], 0);
const stamp = { producerId: 77n, epoch: 5, baseSequence: 9 };

/** What the engine asks. */
export const ENGINE_MESSAGES: ExpectedMessages<ApiName> = {
  ApiVersions: {
    request: { software: 'ours' },
    response: {
      error: 'NONE',
      newest: new Map([[1, 18]]),
      features: new Map([['transaction.version', 2]]),
    },
  },
  Metadata: {
    request: { topics: [topic] },
    response: {
      brokers: [{ id: 7, host: 'host', port: 9092 }],
      topics: [
        {
          error: 'LEADER_NOT_AVAILABLE',
          topic,
          topicId,
          partitions: [{ error: 'LEADER_NOT_AVAILABLE', partition, leader: 7, leaderEpoch: 4 }],
        },
      ],
    },
  },
  FindCoordinator: {
    request: { kind: 'transaction', key: 'id' },
    response: {
      error: 'COORDINATOR_NOT_AVAILABLE',
      broker: { id: 7, host: 'host', port: 9092 },
    },
  },
  ListOffsets: {
    request: {
      isolation: 'read_committed',
      partitions: [{ ...here, leaderEpoch: 4, timestamp: -2n }],
    },
    response: {
      partitions: [{ ...here, error: 'NOT_LEADER_OR_FOLLOWER', offset: 1n << 40n, leaderEpoch: 4 }],
    },
  },
  OffsetForLeaderEpoch: {
    request: { partitions: [{ ...here, currentLeaderEpoch: 4, leaderEpoch: 3 }] },
    response: {
      partitions: [{ ...here, error: 'FENCED_LEADER_EPOCH', leaderEpoch: 3, endOffset: 12n }],
    },
  },
  Fetch: {
    request: {
      isolation: 'read_committed',
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 1000,
      partitions: [{ topicId, partition, leaderEpoch: 4, offset: 10n, maxBytes: 100 }],
    },
    response: {
      error: 'NONE',
      throttleMs: 3,
      partitions: [
        {
          topicId,
          partition,
          error: 'NONE',
          highWatermark: 30n,
          lastStableOffset: 20n,
          logStartOffset: 10n,
          aborted: [{ producerId: '77', firstOffset: '11' }],
          records: {
            batches: [expect.objectContaining({ baseOffset: 0, count: 1, transactionOf: '77' })],
          },
        },
        {
          topicId,
          partition: 3,
          error: 'OFFSET_OUT_OF_RANGE',
          highWatermark: -1n,
          lastStableOffset: -1n,
          logStartOffset: -1n,
          aborted: [],
          records: { batches: [] },
        },
      ],
    },
  },
  Produce: {
    request: {
      transactionalId: 'id',
      addsPartitions: true,
      timeoutMs: 5000,
      partitions: [{ ...here, batch, stamp }],
    },
    response: {
      throttleMs: 3,
      partitions: [
        {
          ...here,
          error: 'INVALID_RECORD',
          message: 'no',
          baseOffset: -1n,
          refused: [
            { index: 1, message: 'bad' },
            { index: 2, message: undefined },
          ],
        },
      ],
    },
  },
  JoinGroup: {
    request: {
      groupId: 'group',
      memberId: 'member',
      sessionTimeoutMs: 6000,
      rebalanceTimeoutMs: 20000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: m }],
      reason: 'why',
    },
    response: {
      error: 'NONE',
      generation: 4,
      protocol: 'range',
      leader: 'member',
      memberId: 'member',
      members: [{ memberId: 'member', metadata: m }],
    },
  },
  SyncGroup: {
    request: {
      ...group,
      protocolType: 'consumer',
      protocol: 'range',
      assignments: [{ memberId: 'member', assignment: a }],
    },
    response: { error: 'REBALANCE_IN_PROGRESS', assignment: a },
  },
  Heartbeat: { request: group, response: { error: 'ILLEGAL_GENERATION' } },
  LeaveGroup: {
    request: { groupId: 'group', memberId: 'member', reason: 'why' },
    response: { error: 'UNKNOWN_MEMBER_ID' },
  },
  DescribeGroup: {
    request: { groupId: 'group' },
    response: {
      error: 'NONE',
      state: 'Stable',
      protocolType: 'consumer',
      protocol: 'range',
      members: [{ memberId: 'member', clientId: 'client', host: 'host', metadata: m }],
    },
  },
  ConsumerGroupDescribe: {
    request: { groupId: 'group' },
    response: {
      error: 'NONE',
      state: 'Stable',
      members: [{ memberId: 'member', clientId: 'client', host: 'host' }],
    },
  },
  OffsetFetch: {
    request: {
      groupId: 'group',
      requireStable: true,
      partitions: [here, { topic, partition: 3 }],
    },
    response: {
      error: 'NONE',
      partitions: [
        { ...here, error: 'NONE', offset: 10n, leaderEpoch: 4, metadata: 'so far' },
        {
          topic,
          partition: 3,
          error: 'UNSTABLE_OFFSET_COMMIT',
          offset: -1n,
          leaderEpoch: -1,
          metadata: '',
        },
      ],
    },
  },
  OffsetCommit: {
    request: { ...group, offsets },
    response: { partitions: [{ ...here, error: 'ILLEGAL_GENERATION' }] },
  },
  TxnOffsetCommit: {
    request: { ...producer, ...group, addsOffsets: true, offsets },
    response: { partitions: [{ ...here, error: 'ILLEGAL_GENERATION' }] },
  },
  InitProducerId: {
    request: { transactionalId: 'id', timeoutMs: 60000 },
    response: { error: 'CONCURRENT_TRANSACTIONS', producerId: 77n, epoch: 5 },
  },
  AddPartitionsToTxn: {
    request: { ...producer, partitions: [here, { topic, partition: 3 }] },
    response: {
      error: 'UNKNOWN_TOPIC_OR_PARTITION',
      partitions: [{ ...here, error: 'UNKNOWN_TOPIC_OR_PARTITION' }],
    },
  },
  AddOffsetsToTxn: {
    request: { ...producer, groupId: 'group' },
    response: { error: 'PRODUCER_FENCED' },
  },
  EndTxn: {
    request: { ...producer, commit: true, bumpsEpoch: true },
    response: { error: 'NONE', producerId: 78n, epoch: 6 },
  },
  DescribeTransactions: {
    request: { transactionalIds: ['id'] },
    response: {
      transactions: [
        {
          ...producer,
          error: 'NONE',
          state: 'Ongoing',
          timeoutMs: 60000,
          startedAt: 1700000000000n,
          partitions: [here, { topic, partition: 3 }],
        },
      ],
    },
  },
  ListTransactions: {
    request: { states: ['Ongoing'], producerIds: [77n] },
    response: {
      error: 'COORDINATOR_LOAD_IN_PROGRESS',
      transactions: [{ transactionalId: 'id', producerId: 77n, state: 'Ongoing' }],
    },
  },
  DescribeProducers: {
    request: { partitions: [here] },
    response: {
      partitions: [
        {
          ...here,
          error: 'UNKNOWN_TOPIC_OR_PARTITION',
          producers: [
            {
              producerId: 77n,
              epoch: 5,
              coordinatorEpoch: 1,
              openSince: 12n,
              lastTimestamp: 11n,
            },
          ],
        },
      ],
    },
  },
  WriteTxnMarkers: {
    request: {
      producerId: 77n,
      epoch: 5,
      coordinatorEpoch: 1,
      commit: true,
      partitions: [here, { topic, partition: 3 }],
    },
    response: {
      partitions: [
        { ...here, error: 'TRANSACTION_COORDINATOR_FENCED' },
        { topic, partition: 3, error: 'NONE' },
      ],
    },
  },
};
