import type { DashboardDefinition } from './definition.ts';

const COUNTED = 'login_pipeline_insights_records_total{outcome="counted"}';

/** @returns how many logins were counted in the range; the counters of processes that have ended included */
function countedIn(range: string): string {
  return `round(sum(increase(${COUNTED}[${range}])))`;
}

/** @returns by how much the counts of a label's values grew in a day, as the replica says that has seen most of it */
function grownInADay(label: string, gauge: string): string {
  return `max by (${label}) (delta(${gauge}[1d]))`;
}

/** What the logins say, and the state that it is kept in. */
export const INSIGHTS: DashboardDefinition = {
  uid: 'login-pipeline-insights',
  title: 'Login Pipeline: insights',
  description:
    'Users and distributions of the logins, what is not counted, snapshots and restores.',
  variables: [],
  rows: [
    {
      title: 'Logins',
      panels: [
        {
          title: 'Counted logins',
          kind: 'stat',
          unit: 'short',
          description: 'Since the insights began.',
          queries: [{ expr: 'max(login_pipeline_ledger_records{outcome="counted"})' }],
        },
        {
          title: 'Busiest minute',
          kind: 'stat',
          unit: 'short',
          description:
            'Logins in the busiest minute of event time, of those in TRAFFIC_RETENTION_MINUTES.',
          queries: [{ expr: 'max(login_pipeline_insights_peak_logins_per_minute)' }],
        },
        {
          title: 'Distinct users of UTC days',
          kind: 'stat',
          unit: 'short',
          description:
            'Of today, of 7 and of 30 days, today included; estimated, with a standard error of 1.6 %.',
          queries: [
            { expr: 'max(login_pipeline_distinct_users{period="day"})', legend: 'today' },
            { expr: 'max(login_pipeline_distinct_users{period="week"})', legend: '7 days' },
            { expr: 'max(login_pipeline_distinct_users{period="month"})', legend: '30 days' },
          ],
          width: 12,
        },
        {
          title: 'Device types',
          kind: 'series',
          unit: 'percentunit',
          description: 'Share of all counted logins.',
          queries: [
            {
              expr: 'max by (device_type) (login_pipeline_device_type_logins) / scalar(sum(max by (device_type) (login_pipeline_device_type_logins)))',
              legend: '{{device_type}}',
            },
          ],
          stacked: true,
        },
        {
          title: 'Versions of the app',
          kind: 'series',
          unit: 'percentunit',
          description: 'Share of all counted logins; the filter lets only some versions pass.',
          queries: [
            {
              expr: 'max by (app_version) (login_pipeline_app_version_logins) / scalar(sum(max by (app_version) (login_pipeline_app_version_logins)))',
              legend: '{{app_version}}',
            },
          ],
          stacked: true,
        },
        {
          title: 'The ten most frequent locales',
          kind: 'series',
          unit: 'short',
          description: 'Logins by locale.',
          queries: [
            {
              expr: 'topk(10, max by (locale) (login_pipeline_locale_logins))',
              legend: '{{locale}}',
            },
          ],
        },
        {
          title: 'Distinct users',
          kind: 'series',
          unit: 'short',
          description:
            'Today grows from 0:00 UTC on; the week and the month are whole days that end with it.',
          queries: [
            {
              expr: 'max by (period) (login_pipeline_distinct_users)',
              legend: '{{period}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Logins of the last day, by when they were counted',
      panels: [
        {
          title: 'Counted of late',
          kind: 'stat',
          unit: 'short',
          description:
            'What a process folds again after a crash counts again. By when logins happened: GET /insights?last=24h, or the page.',
          queries: [
            { expr: countedIn('1h'), legend: '1 hour' },
            { expr: countedIn('1d'), legend: '1 day' },
            { expr: countedIn('7d'), legend: '7 days' },
          ],
          width: 24,
        },
        {
          title: 'Device types, last day',
          kind: 'series',
          unit: 'short',
          description: 'Growth of the counts of the most frequent device types.',
          queries: [
            {
              expr: grownInADay('device_type', 'login_pipeline_device_type_logins'),
              legend: '{{device_type}}',
            },
          ],
        },
        {
          title: 'Versions of the app, last day',
          kind: 'series',
          unit: 'short',
          description:
            'Growth of the counts of the most frequent versions; a new one shows when it is among them.',
          queries: [
            {
              expr: grownInADay('app_version', 'login_pipeline_app_version_logins'),
              legend: '{{app_version}}',
            },
          ],
        },
        {
          title: 'The ten locales that grew most, last day',
          kind: 'series',
          unit: 'short',
          description: 'Growth of the counts of the most frequent locales.',
          queries: [
            {
              expr: `topk(10, ${grownInADay('locale', 'login_pipeline_locale_logins')})`,
              legend: '{{locale}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Not counted',
      panels: [
        {
          title: 'Share of records not counted',
          kind: 'series',
          unit: 'percentunit',
          description:
            'Expired: of a day that is not kept any more. Future: ahead of what wrote it, or of our clock. Invalid: no processed login.',
          queries: [
            {
              expr: 'sum by (outcome) (rate(login_pipeline_insights_records_total{outcome!="counted"}[$__rate_interval])) / scalar(sum(rate(login_pipeline_insights_records_total[$__rate_interval])))',
              legend: '{{outcome}}',
            },
          ],
          warnAt: 0.01,
          runbook: 'InsightsRecordsNotCounted',
        },
        {
          title: 'Replicas whose insights are complete',
          kind: 'series',
          unit: 'none',
          description: '1: they cover every partition.',
          queries: [
            {
              expr: 'max by (instance) (login_pipeline_insights_complete)',
              legend: '{{instance}}',
            },
          ],
          runbook: 'InsightsIncomplete',
        },
      ],
    },
    {
      title: 'State',
      panels: [
        {
          title: 'Snapshots',
          kind: 'series',
          unit: 'ops',
          description: 'Written and acknowledged: one a second for each partition that changes.',
          queries: [
            {
              expr: 'sum by (instance) (rate(login_pipeline_snapshot_records_total[$__rate_interval]))',
              legend: '{{instance}}',
            },
          ],
          runbook: 'SnapshotsNotWritten',
        },
        {
          title: 'Bytes of a snapshot',
          kind: 'series',
          unit: 'bytes',
          description:
            'What has changed of a partition since the last one; all of its state from a new owner.',
          queries: [
            {
              expr: 'histogram_quantile(0.95, sum by (le) (rate(login_pipeline_snapshot_bytes_bucket[$__rate_interval])))',
              legend: '95 %',
            },
            {
              expr: 'sum(rate(login_pipeline_snapshot_bytes_sum[$__rate_interval])) / sum(rate(login_pipeline_snapshot_bytes_count[$__rate_interval]))',
              legend: 'mean',
            },
          ],
          warnAt: 1_048_576,
        },
        {
          title: 'Duration of restores',
          kind: 'series',
          unit: 's',
          description: 'Mean time from an assignment to restored state.',
          queries: [
            {
              expr: 'sum by (instance) (login_pipeline_state_restore_duration_seconds_sum) / sum by (instance) (login_pipeline_state_restore_duration_seconds_count)',
              legend: '{{instance}}',
            },
          ],
          warnAt: 10,
        },
      ],
    },
  ],
};
