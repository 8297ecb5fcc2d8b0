import type { ConsumedBatch } from '@login-pipeline/streams';
import { unframed } from '@login-pipeline/registry';
import { decodeProcessedLogin, eventTimeMs } from '@login-pipeline/schema';
import type { PartitionState } from './partition-state.ts';

/**
 * Folds the records of a batch into their partition's state and moves its next offset to the batch's end.
 * Records below the state's next offset are contained already and are skipped: folding a batch twice changes nothing.
 *
 * @param nowMs the replica's clock, epoch ms
 */
export function foldBatch(state: PartitionState, batch: ConsumedBatch, nowMs: number): void {
  if (batch.nextOffset <= state.nextOffset) return;
  state.startBatch(nowMs);
  const first = batch.records.at(0);
  const overlaps = first !== undefined && BigInt(first.offset) < state.nextOffset;
  for (const record of batch.records) {
    if (overlaps && BigInt(record.offset) < state.nextOffset) continue;
    const login = decodeProcessedLogin(record.value && unframed(record.value));
    const recordTimeMs = Number(record.timestamp);
    if (typeof login === 'string') state.foldInvalid(recordTimeMs);
    else state.fold(login, eventTimeMs(login), recordTimeMs);
  }
  state.nextOffset = batch.nextOffset;
}
