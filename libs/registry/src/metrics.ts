import { defineMetrics } from '@login-pipeline/observability';

/** What a client of the schema registry shows. */
export const REGISTRY_METRICS = defineMetrics({
  schema_registry_requests_total: {
    kind: 'counter',
    unit: 'events',
    help: 'Requests to the schema registry by their answer; unavailable: none that counts',
    labels: { outcome: ['ok', 'not_found', 'refused', 'unavailable'] },
  },
});
