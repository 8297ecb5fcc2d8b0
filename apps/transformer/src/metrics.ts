import { CONSUMER_METRICS, TRANSFORM_METRICS } from '@login-pipeline/nest-streams/metrics';
import { PROCESS_METRICS } from '@login-pipeline/observability';
import { REGISTRY_METRICS } from '@login-pipeline/registry';

/** All that the transformer shows. */
export const METRICS = [
  PROCESS_METRICS,
  CONSUMER_METRICS,
  TRANSFORM_METRICS,
  REGISTRY_METRICS,
] as const;
