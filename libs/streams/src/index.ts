export type {
  ConsumedBatch,
  ConsumedRecord,
  ConsumedRecords,
  EncodedHeaders,
  ExtendedHeaders,
  OutgoingRecord,
  RecordHeader,
  RecordHeaders,
  Refusal,
  Timestamp,
} from './records/record.ts';
export { deadLetter, DROP, emit } from './plan/outcome.ts';
export type { DeadLetter, Drop, Emit, LatestKey, Outcome } from './plan/outcome.ts';
export { lastHeader, withHeaders } from './records/headers.ts';
export { deadLetterRecord } from './dead-letter/dead-letter.ts';
export type { DeadLetterSource } from './dead-letter/dead-letter.ts';
export { addedHeaders, DEAD_LETTER_HEADERS } from './dead-letter/headers.ts';
export { originalRecord } from './dead-letter/original-record.ts';
export type { OriginalRecord } from './dead-letter/original-record.ts';
export { RedriveSource } from './redrive/redrive-source.ts';
export type { PlacedRecord, RedriveTarget } from './redrive/redrive-source.ts';
export { FUTURE_TOLERANCE_MS, isBelieved, PlausibleTime } from './records/plausible-time.ts';
export { planBatch } from './plan/plan.ts';
export type { CommitPlan, LatestRecord, PlanOptions } from './plan/plan.ts';
export { BATCH_OVERHEAD, recordBytes, splitBySize } from './records/record-size.ts';
export { UndecidedError } from './plan/undecided-error.ts';
export { DeadLetterFuse, FuseBlownError } from './plan/fuse.ts';
export { addFlow, decodeFlow, encodeFlow, flowOf, NO_FLOW } from './plan/flow.ts';
export type { FlowCounts } from './plan/flow.ts';
export { ClusterAdmin } from './admin/cluster-admin.ts';
export type { LogBounds } from './admin/log-offsets.ts';
export type { Credentials, Mechanism, Secret } from './client/credentials.ts';
export {
  AuthenticationError,
  ConnectionEndedError,
  TlsError,
  UnsupportedBrokerError,
} from './client/errors.ts';
export type { AuthenticationReason } from './client/errors.ts';
export type {
  ClientSettings,
  ClientWire,
  ConnectionState,
  KafkaClient,
  OnReachable,
} from './client/kafka-client.ts';
export { ERROR_CODES } from './error-codes.ts';
export type { ErrorCode } from './error-codes.ts';
export { DamageError, UnreadableBatchError } from './fetch/errors.ts';
export type { BatchPlace } from './fetch/errors.ts';
export type {
  AbortedTransaction,
  Damage,
  FetchedBatch,
  FetchedBatches,
  RecordPart,
} from './fetch/fetched-batch.ts';
export type { FetchedRecord, FetchedRecords } from './fetch/fetched-record.ts';
export { MemoryBudget } from './fetch/memory-budget.ts';
export { PositionLostError } from './fetch/partition-reader.ts';
export type { FetchFailure } from './fetch/fetcher.ts';
export { piecesOf } from './fetch/pieces.ts';
export type { Piece, ReadableBatches, Reading } from './fetch/pieces.ts';
export { MAX_VALUE_BYTES, readLimits } from './fetch/read-limits.ts';
export type { ReadLimits } from './fetch/read-limits.ts';
export { ReadMemory } from './fetch/read-memory.ts';
export { readableOf } from './fetch/readable-batches.ts';
export { readUntil } from './fetch/read-until.ts';
export { RecordList } from './fetch/record-list.ts';
export { GroupInspection } from './inspection/group-inspection.ts';
export type { InspectedGroup, InspectedPosition } from './inspection/group-inspection.ts';
export { TransactionInspection } from './inspection/transaction-inspection.ts';
export type { OpenTransaction, OpenTransactions } from './inspection/transaction-inspection.ts';
export type { CoordinatedTransaction, TransactionFate } from './inspection/transaction-fate.ts';
export { PROTOCOL as ASSIGNOR } from './group/cooperative-protocol.ts';
export { ForeignGroupError } from './group/foreign-group.ts';
export type { ForeignKind } from './group/foreign-group.ts';
export { decodeCommitMetadata } from './positions/commit-metadata.ts';
export type { CommitMetadata } from './positions/commit-metadata.ts';
export { IdempotentProducer } from './writing/idempotent-producer.ts';
export type { IdempotentProducerOptions } from './writing/idempotent-producer.ts';
export { murmur2 } from './writing/murmur2.ts';
export type { Topic, Topics } from './cluster/cluster.ts';
export { Cluster } from './cluster/cluster.ts';
export { CoordinatorMissingError, requireGroup } from './cluster/require-group.ts';
export type { GroupWanted } from './cluster/require-group.ts';
export { requireTransactions } from './cluster/require-transactions.ts';
export type { TransactionsWanted } from './cluster/require-transactions.ts';
export { isRefused, ProtocolError } from './cluster/protocol-error.ts';
export { FoldEngine } from './fold/engine.ts';
export type { FoldOptions } from './fold/fold-options.ts';
export type { FoldEvent } from './fold/events.ts';
export type { AroundFold, FoldBatch } from './fold/fold-lane.ts';
export { isObeyed } from './fold/operator-offset.ts';
export { StateMismatchError } from './fold/state-mismatch.ts';
export type { MismatchKind } from './fold/state-mismatch.ts';
export type { FoldStates } from './fold/states.ts';
export type { Changes } from './snapshots/changes.ts';
export { ForeignChangesError } from './snapshots/changes-writer.ts';
export { SnapshotFollower } from './snapshots/snapshot-follower.ts';
export { SnapshotsUnreadableError, WHOLE } from './snapshots/snapshot.ts';
export type { FoundSnapshot, PlacedSnapshot, Section, Snapshot } from './snapshots/snapshot.ts';
export { SnapshotTooLargeError } from './snapshots/section-plan.ts';
export {
  isSectionName,
  maxSnapshotBytes,
  NEXT_OFFSET_HEADER,
} from './snapshots/section-records.ts';
export type { SnapshotSets } from './snapshots/snapshot-sets.ts';
export { UnwrittenError } from './snapshots/snapshot-writer.ts';
export { isSetByOperator, operatorMark, snapshotTopicOf } from './positions/position-mark.ts';
export { TransformEngine } from './transform/engine.ts';
export type { TransformOptions } from './transform/engine.ts';
export { GROUP_TIMEOUTS } from './group/member-options.ts';
export {
  BrokenLineError,
  OutsideOfGenerationError,
  PartitionUnwritableError,
  RecordsRefusedError,
  StuckProducerError,
} from './transactions/errors.ts';
export type { RefusedBatch } from './transactions/errors.ts';
export { transactionalIdPrefix } from './transactions/transactional-id.ts';
export { systemClock } from './timing/system-clock.ts';
export type { EngineEvent } from './engine/events.ts';
export type { TransformEvent } from './transform/events.ts';
export { ImpossiblePositionError } from './transform/find-position.ts';
export type { Around, PlanBatch, PlanContext, PlannedBatch } from './transform/planned-batch.ts';
export { PartitionProgress } from './watch/progress.ts';
export type { Lag } from './watch/progress.ts';
export { StalledError } from './watch/stalled-error.ts';
export type { StallCause } from './watch/watch.ts';
export { batchPlanner } from './transform/batch-planner.ts';
export type {
  BatchPlannerOptions,
  CommittedBatch,
  LatestTopic,
  ShortenedDeadLetter,
  TargetTopic,
} from './transform/batch-planner.ts';
export { UnwritableRecordsError } from './transform/refusals.ts';
export type { TopicRefusal } from './transform/refusals.ts';
export { LatestUnreadableError } from './latest/latest-partition.ts';
export { targetWrites } from './transform/target-writes.ts';
export { keyPartition } from './writing/key-partition.ts';
export { partitionedWrites } from './writing/partitioned-writes.ts';
export type { SourcedWrite, TargetLimits } from './writing/partitioned-writes.ts';
export { UnansweredError, UnreachableError } from './ports.ts';
export type {
  BatchEncoder,
  Channel,
  Clock,
  Codec,
  OutgoingBatch,
  Ports,
  SendOptions,
  Wire,
} from './ports.ts';
export { OPERATIONS, PATTERNS, RESOURCES } from './protocol/admin-apis.ts';
export type {
  Acl,
  AdminOutcome,
  DescribedPartition,
  DescribedTopic,
  Operation,
  TopicDefinition,
} from './protocol/admin-apis.ts';
export type { ApiName, Apis, RequestOf, ResponseOf, WireApiName } from './protocol/apis.ts';
export type {
  Broker,
  CoordinatorKind,
  PartitionMetadata,
  TopicMetadata,
} from './protocol/cluster-apis.ts';
export { errorName } from './protocol/errors.ts';
export type { ErrorName } from './protocol/errors.ts';
export type {
  GroupIdentity,
  OffsetToCommit,
  PartitionError,
  StoredOffset,
} from './protocol/group-apis.ts';
export { ANY_EPOCH, LATEST } from './protocol/log-apis.ts';
export type {
  FetchedPartitionData,
  FetchPartition,
  Isolation,
  ProducedPartition,
  ProducePartition,
  ProducerStamp,
  TopicPartition,
} from './protocol/log-apis.ts';
export type { ProducerIdentity, TransactionState } from './protocol/transaction-apis.ts';
