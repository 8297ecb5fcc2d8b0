import type { WireApiName } from '@login-pipeline/streams';
import { CREATE_ACLS, DESCRIBE_ACLS } from './acls.ts';
import type { ApiCodec } from './api-codec.ts';
import { API_VERSIONS, FIND_COORDINATOR, METADATA } from './cluster.ts';
import { FETCH } from './fetch.ts';
import { OFFSET_COMMIT, OFFSET_FETCH, TXN_OFFSET_COMMIT } from './group-offsets.ts';
import { LIST_GROUP_OFFSETS, LIST_GROUPS } from './groups-admin.ts';
import { LIST_OFFSETS, OFFSET_FOR_LEADER_EPOCH } from './log-offsets.ts';
import {
  CONSUMER_GROUP_DESCRIBE,
  DESCRIBE_GROUP,
  HEARTBEAT,
  JOIN_GROUP,
  LEAVE_GROUP,
  SYNC_GROUP,
} from './membership.ts';
import { PRODUCE } from './produce.ts';
import { CREATE_TOPICS, DESCRIBE_CONFIGS, DESCRIBE_TOPICS } from './topics-admin.ts';
import {
  ADD_OFFSETS_TO_TXN,
  ADD_PARTITIONS_TO_TXN,
  END_TXN,
  INIT_PRODUCER_ID,
} from './transactions.ts';
import {
  DESCRIBE_PRODUCERS,
  DESCRIBE_TRANSACTIONS,
  LIST_TRANSACTIONS,
  WRITE_TXN_MARKERS,
} from './transaction-state.ts';

/** How each request is put. */
export const API_CODECS: { readonly [Api in WireApiName]: ApiCodec<Api> } = {
  ApiVersions: API_VERSIONS,
  Metadata: METADATA,
  FindCoordinator: FIND_COORDINATOR,
  ListOffsets: LIST_OFFSETS,
  OffsetForLeaderEpoch: OFFSET_FOR_LEADER_EPOCH,
  Fetch: FETCH,
  Produce: PRODUCE,
  JoinGroup: JOIN_GROUP,
  SyncGroup: SYNC_GROUP,
  Heartbeat: HEARTBEAT,
  LeaveGroup: LEAVE_GROUP,
  DescribeGroup: DESCRIBE_GROUP,
  ConsumerGroupDescribe: CONSUMER_GROUP_DESCRIBE,
  OffsetFetch: OFFSET_FETCH,
  OffsetCommit: OFFSET_COMMIT,
  InitProducerId: INIT_PRODUCER_ID,
  AddPartitionsToTxn: ADD_PARTITIONS_TO_TXN,
  AddOffsetsToTxn: ADD_OFFSETS_TO_TXN,
  TxnOffsetCommit: TXN_OFFSET_COMMIT,
  EndTxn: END_TXN,
  DescribeTransactions: DESCRIBE_TRANSACTIONS,
  ListTransactions: LIST_TRANSACTIONS,
  DescribeProducers: DESCRIBE_PRODUCERS,
  WriteTxnMarkers: WRITE_TXN_MARKERS,
  DescribeTopics: DESCRIBE_TOPICS,
  CreateTopics: CREATE_TOPICS,
  DescribeConfigs: DESCRIBE_CONFIGS,
  ListGroups: LIST_GROUPS,
  ListGroupOffsets: LIST_GROUP_OFFSETS,
  DescribeAcls: DESCRIBE_ACLS,
  CreateAcls: CREATE_ACLS,
};
