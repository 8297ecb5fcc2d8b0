import type { Metrics } from '@login-pipeline/observability';
import type { ConsumedRecords } from '@login-pipeline/pipeline';

/** Notes how long the last record of a batch, now done with, was on its way since its own timestamp. */
export function observeLatency(metrics: Metrics, records: ConsumedRecords): void {
  const last = records.at(-1);
  if (last === undefined) return;
  // Clocks of other machines may be ahead of ours.
  const seconds = Math.max(0, (Date.now() - Number(last.timestamp)) / 1_000);
  metrics.observe('end_to_end_latency_seconds', {}, seconds);
}
