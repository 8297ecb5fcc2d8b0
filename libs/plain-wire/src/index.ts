export { Broker, RefusedError } from './broker.ts';
export type { FetchedPartition } from './broker.ts';
export { joinByConsumerProtocol } from './join-by-consumer-protocol.ts';
export {
  AT,
  CONTROL,
  encodeBatch,
  LENGTH_END,
  scanBatches,
  stampBatch,
  TRANSACTIONAL,
} from './record-batch.ts';
export type { BatchRecord, ScannedRecord } from './record-batch.ts';
