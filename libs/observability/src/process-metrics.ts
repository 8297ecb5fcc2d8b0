import { defineMetrics } from './define-metrics.ts';

/** What every service says of its process. */
export const PROCESS_METRICS = defineMetrics({
  build_info: {
    kind: 'gauge',
    unit: 'info',
    help: 'Always 1; the labels say what runs',
    labels: {
      service: 'its own name',
      version: 'its own version',
      node: 'its own version of Node',
    },
  },
  heap_limit_bytes: {
    kind: 'gauge',
    unit: 'bytes',
    help: 'What the old generation of the JavaScript heap may hold before the process runs out of memory',
  },
});
