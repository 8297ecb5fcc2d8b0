import type { DashboardDefinition } from './definition.ts';

const CHOSEN = '{job=~"$job"}';
const EACH = 'sum by (job, instance)';
const LEGEND = '{{job}} {{instance}}';

/** The processes: CPU, memory, event loop, and what watching them costs. */
export const NODE: DashboardDefinition = {
  uid: 'login-pipeline-node',
  title: 'Login Pipeline: Node.js',
  description: 'CPU, memory, event loop and garbage collection of the services.',
  variables: [{ label: 'job', of: 'login_pipeline_build_info' }],
  rows: [
    {
      title: 'Processes',
      panels: [
        {
          title: 'Versions',
          kind: 'stat',
          unit: 'none',
          description: 'Processes by what they run.',
          queries: [
            {
              expr: `count by (service, version, node) (login_pipeline_build_info${CHOSEN})`,
              legend: '{{service}} {{version}}, Node {{node}}',
            },
          ],
          width: 12,
        },
        {
          title: 'Running for',
          kind: 'stat',
          unit: 's',
          description: 'Time since each process started.',
          queries: [{ expr: `time() - process_start_time_seconds${CHOSEN}`, legend: LEGEND }],
          runbook: 'ServiceRestartsOften',
          width: 12,
        },
        {
          title: 'CPU',
          kind: 'series',
          unit: 'percentunit',
          description: '100 % is one core; JavaScript uses one, garbage collection some of others.',
          queries: [
            {
              expr: `${EACH} (rate(process_cpu_seconds_total${CHOSEN}[$__rate_interval]))`,
              legend: LEGEND,
            },
          ],
          runbook: 'EventLoopBlocked',
        },
        {
          title: 'Answering',
          kind: 'series',
          unit: 'none',
          description: '1: the last scrape succeeded.',
          queries: [{ expr: `up${CHOSEN}`, legend: LEGEND }],
          runbook: 'ServiceDown',
        },
      ],
    },
    {
      title: 'Memory',
      panels: [
        {
          title: 'Old objects, of their limit',
          kind: 'series',
          unit: 'percentunit',
          description: 'A saw: garbage gathers and is collected. What counts is where it falls to.',
          queries: [
            {
              expr: `${EACH} (nodejs_heap_space_size_used_bytes{job=~"$job", space!~"new.*"}) / on (job, instance) login_pipeline_heap_limit_bytes`,
              legend: LEGEND,
            },
          ],
          warnAt: 0.9,
          runbook: 'HeapNearLimit',
        },
        {
          title: 'Memory of the process',
          kind: 'series',
          unit: 'bytes',
          description: 'Heap, buffers and code: what the container’s limit is about.',
          queries: [{ expr: `process_resident_memory_bytes${CHOSEN}`, legend: LEGEND }],
        },
        {
          title: 'Memory outside the heap',
          kind: 'series',
          unit: 'bytes',
          description: 'Buffers of fetched records, mostly.',
          queries: [{ expr: `nodejs_external_memory_bytes${CHOSEN}`, legend: LEGEND }],
        },
        {
          title: 'Garbage collection',
          kind: 'series',
          unit: 'percentunit',
          description: 'Share of the time, by kind.',
          queries: [
            {
              expr: `sum by (job, kind) (rate(nodejs_gc_duration_seconds_sum${CHOSEN}[$__rate_interval]))`,
              legend: '{{job}} {{kind}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Event loop, and what watching costs',
      panels: [
        {
          title: 'Delay of the event loop, 99 %',
          kind: 'series',
          unit: 's',
          description: 'How long one turn keeps the next one waiting.',
          queries: [{ expr: `nodejs_eventloop_lag_p99_seconds${CHOSEN}`, legend: LEGEND }],
          warnAt: 0.1,
          alarmAt: 0.5,
          runbook: 'EventLoopBlocked',
        },
        {
          title: 'Duration of a scrape',
          kind: 'series',
          unit: 's',
          description: 'Under 20 ms.',
          queries: [{ expr: `scrape_duration_seconds${CHOSEN}`, legend: LEGEND }],
          warnAt: 0.1,
        },
        {
          title: 'Series per process',
          kind: 'series',
          unit: 'short',
          description: 'Under 300 with four partitions, whatever the logins hold.',
          queries: [{ expr: `scrape_samples_scraped${CHOSEN}`, legend: LEGEND }],
          warnAt: 300,
        },
      ],
    },
  ],
};
