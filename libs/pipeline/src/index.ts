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
} from './record.ts';
export { deadLetter, DROP, emit } from './outcome.ts';
export type { DeadLetter, Drop, Emit, LatestKey, Outcome } from './outcome.ts';
export { lastHeader, withHeaders } from './headers.ts';
export { addedHeaders, deadLetterRecord, OMITTED_HEADER } from './dead-letter.ts';
export type { DeadLetterSource } from './dead-letter.ts';
export { originalRecord } from './redrive.ts';
export type { OriginalRecord } from './redrive.ts';
export { FUTURE_TOLERANCE_MS, isBelieved, PlausibleTime } from './plausible-time.ts';
export { planBatch } from './plan.ts';
export type { CommitPlan, LatestRecord, PlanOptions } from './plan.ts';
export { BATCH_OVERHEAD, recordBytes, splitBySize } from './record-size.ts';
export { UndecidedError } from './undecided-error.ts';
export { DeadLetterFuse, FuseBlownError } from './fuse.ts';
export { addFlow, decodeFlow, encodeFlow, flowOf, NO_FLOW } from './flow.ts';
export type { FlowCounts } from './flow.ts';
