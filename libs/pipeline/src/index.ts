export type { ConsumedBatch, ConsumedRecord, OutgoingRecord, RecordHeaders } from './record.ts';
export { deadLetter, DROP, emit } from './outcome.ts';
export type { DeadLetter, Drop, Emit, Outcome } from './outcome.ts';
