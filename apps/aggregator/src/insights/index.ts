export { ChangedCounts } from './count-rows.ts';
export { foldBatch } from './fold-batch.ts';
export { forgetFuture } from './forget-future.ts';
export { LOGIN_BUCKETS, OTHER } from './insights.ts';
export type {
  DailyLoginsPerUser,
  Distribution,
  Estimate,
  HourlyVersions,
  Insights,
  InsightsView,
  Ledger,
  LedgerEntry,
  Limits,
  LoginBucket,
  MinuteCount,
  ValueCount,
  VersionSighting,
} from './insights.ts';
export { InsightsBoard } from './insights-board.ts';
export { insightsLogLines, LogPacing } from './log-lines.ts';
export { mergeLedgers, mergeStates } from './merge-states.ts';
export type { PartitionStates } from './merge-states.ts';
export { PartitionState } from './partition-state.ts';
export { busierFirst, isoMinute, peaks } from './peaks.ts';
export { leastSnapshotBytes, sureNames } from './snapshot-budget.ts';
export { decodeSnapshot, encodeSnapshot, SnapshotError } from './snapshot.ts';
