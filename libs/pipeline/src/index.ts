export type { ConsumedBatch, ConsumedRecord, OutgoingRecord, RecordHeaders } from './record.ts';
export { deadLetter, DROP, emit } from './outcome.ts';
export type { DeadLetter, Drop, Emit, Outcome } from './outcome.ts';
export { deadLetterRecord } from './dead-letter.ts';
export type { DeadLetterSource } from './dead-letter.ts';
export { planBatch } from './plan.ts';
export type { CommitPlan, PlanOptions } from './plan.ts';
export { BATCH_OVERHEAD, recordBytes, splitBySize } from './record-size.ts';
export { DeadLetterFuse, FuseBlownError } from './fuse.ts';
