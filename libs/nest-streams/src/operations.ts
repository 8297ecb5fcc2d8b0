export { connectAdmin } from './client/admin.ts';
export { connectClusterReader } from './client/cluster-reader.ts';
export type {
  BrokerView,
  ClusterReader,
  ClusterView,
  GroupView,
  PartitionView,
  TopicView,
} from './client/cluster-reader.ts';
export type { KafkaConnection } from './client/connection.ts';
export { ERROR_CODES } from './client/error-codes.ts';
export {
  KafkaUnavailableError,
  NoSuchPartitionsError,
  TooManyDeadLettersError,
} from './client/errors.ts';
export type { TopicRole } from './client/topics.ts';
export type { GroupFacts } from './inspection/group-facts.ts';
export { inspectCluster } from './inspection/inspect-cluster.ts';
export type { ClusterFacts, InspectionOptions, TopicFacts } from './inspection/inspect-cluster.ts';
export { TransactionsAdmin } from './inspection/transactions-admin.ts';
export type { TransactionsOptions } from './inspection/transactions-admin.ts';
export { PositionsAdmin } from './positions/group-positions.ts';
export type {
  GroupPositions,
  PartitionPosition,
  PositionsOptions,
} from './positions/group-positions.ts';
export { redrive } from './redrive/redrive.ts';
export type { RedriveCounts, RedriveOptions, RedriveReport } from './redrive/redrive.ts';
export { isObeyed, OPERATIONS, PATTERNS, RESOURCES } from '@login-pipeline/streams';
export type {
  Acl,
  ClusterAdmin,
  InspectedGroup,
  InspectedPosition,
  OpenTransaction,
  OpenTransactions,
  TopicDefinition,
} from '@login-pipeline/streams';
