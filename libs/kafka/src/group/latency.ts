import type { Metrics } from '@login-pipeline/observability';
import { isBelieved } from '@login-pipeline/pipeline';
import type { ConsumedRecords } from '@login-pipeline/pipeline';

/**
 * Notes how long the last record of a batch, now done with, was on its way since its own timestamp; nothing where that is
 * none to be believed.
 */
export function observeLatency(
  metrics: Pick<Metrics, 'observe'>,
  records: ConsumedRecords,
  now = Date.now(),
): void {
  const time = Number(records.at(-1)?.timestamp);
  if (!isBelieved(time, now)) return;
  // Clocks of other machines may be ahead of ours.
  const seconds = Math.max(0, (now - time) / 1_000);
  metrics.observe('end_to_end_latency_seconds', {}, seconds);
}
