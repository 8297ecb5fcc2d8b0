export type { BatchContext } from './nest/batch-context.ts';
export { FoldContext, TransformContext } from './nest/batch-context.ts';
export { BatchHandler, RecordHandler } from './nest/batch-handler.ts';
export { BatchTransport } from './nest/batch-transport.ts';
export { ENGINE_REASONS, StreamsModule } from './nest/streams.module.ts';
export type { FoldStream, TransformStream } from './nest/streams.module.ts';
export { JsonStates, OtherStateError } from './snapshots/json-states.ts';
export { CONSUMER_METRICS } from './engine/metrics.ts';
export { FLOW_METRICS } from './flow/metrics.ts';
export { STREAM_METRICS } from './stream-metrics.ts';
export { FOLD_METRICS } from './snapshots/metrics.ts';
export { TRANSFORM_METRICS } from './transactions/metrics.ts';
export { connectAdmin } from './client/admin.ts';
export type { KafkaConnection } from './client/connection.ts';
export {
  KafkaStalledError,
  KafkaUnavailableError,
  NoSuchPartitionsError,
  TooManyDeadLettersError,
} from './client/errors.ts';
export { FlowWatch } from './flow/flow-watch.ts';
export type { Flow } from './flow/flow-watch.ts';
export { connectProducer } from './client/producer.ts';
export type { RecordProducer, RecordProducerOptions } from './client/producer.ts';
export { connectClusterReader } from './client/cluster-reader.ts';
export type {
  BrokerView,
  ClusterReader,
  ClusterView,
  GroupView,
  PartitionView,
  TopicView,
} from './client/cluster-reader.ts';
export type { TopicRole, UsableTopic } from './client/topics.ts';
export { inspectCluster } from './inspection/inspect-cluster.ts';
export type { ClusterFacts, InspectionOptions, TopicFacts } from './inspection/inspect-cluster.ts';
export type { GroupFacts } from './inspection/group-facts.ts';
export { PositionsAdmin } from './positions/group-positions.ts';
export type {
  GroupPositions,
  PartitionPosition,
  PositionsOptions,
} from './positions/group-positions.ts';
export { redrive } from './redrive/redrive.ts';
export type { RedriveCounts, RedriveOptions, RedriveReport } from './redrive/redrive.ts';
export { TransactionsAdmin } from './inspection/transactions-admin.ts';
export type { TransactionsOptions } from './inspection/transactions-admin.ts';
export type {
  InspectedGroup,
  InspectedPosition,
  OpenTransaction,
  OpenTransactions,
} from '@login-pipeline/streams';
export { OPERATIONS, PATTERNS, RESOURCES } from '@login-pipeline/streams-kafkajs';
export type { Acl, ClusterAdmin, TopicDefinition } from '@login-pipeline/streams-kafkajs';
export type { Codec as Compression } from '@login-pipeline/streams';
export type { Changes } from './snapshots/changes.ts';
export { isObeyed } from '@login-pipeline/streams';
export type { PartitionStates } from './snapshots/partition-states.ts';
export type { SnapshotOptions } from './snapshots/snapshot-options.ts';

export type { TransactionalOptions } from './transactions/transactional-options.ts';
export type { KafkaCredentials, OAuthCredentials, PasswordCredentials } from './security/sasl.ts';
export type { KafkaTlsFiles } from './security/tls-contexts.ts';
export {
  DEAD_LETTER_MAX_RATIO,
  distinctTopics,
  group,
  kafka,
  producer,
  SNAPSHOT_INTERVAL,
  STALL_TIMEOUT,
  TOPIC,
  topic,
  transformSettings,
} from './settings/index.ts';
export type {
  FoldSettings,
  ProducerSettings,
  TransformSettings,
  TransformTopics,
} from './settings/index.ts';
