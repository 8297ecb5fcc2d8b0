import { CONSUMER_METRICS } from './engine/metrics.ts';
import { FLOW_METRICS } from './flow/metrics.ts';
import { FOLD_METRICS } from './snapshots/metrics.ts';
import { TRANSFORM_METRICS } from './transactions/metrics.ts';

export { CONSUMER_METRICS, FLOW_METRICS, FOLD_METRICS, TRANSFORM_METRICS };

/** All that streams show, those that transform and those that fold. */
export const STREAM_METRICS = [CONSUMER_METRICS, TRANSFORM_METRICS, FOLD_METRICS] as const;
