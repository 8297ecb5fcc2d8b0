import type { DashboardDefinition } from './definition.ts';

const RATE = '[$__rate_interval]';
const LATENCY = 'login_pipeline_end_to_end_latency_seconds';

/** @returns the latency below which that share of the batches is, by job */
function latency(share: number): string {
  return `histogram_quantile(${share}, sum by (job, le) (rate(${LATENCY}_bucket${RATE})))`;
}

/** From the first topic to the last number: what comes, what becomes of it, and whether the sums agree. */
export const FLOW: DashboardDefinition = {
  uid: 'login-pipeline-flow',
  title: 'Login Pipeline: flow',
  description: 'Logins from the first topic to the insights, and whether the sums agree.',
  variables: [],
  rows: [
    {
      title: 'Conservation: every record is accounted for',
      panels: [
        {
          title: 'Transformer: unaccounted',
          kind: 'stat',
          unit: 'short',
          description:
            'Committed offsets less the records emitted, dropped and dead-lettered up to them. 0, or the constant gap of a group that began later; a change is a loss.',
          queries: [{ expr: 'max(login_pipeline_flow_unaccounted_records)' }],
        },
        {
          title: 'Aggregator: unaccounted',
          kind: 'stat',
          unit: 'short',
          description: 'Consumed less counted, expired and invalid. Always 0.',
          queries: [{ expr: 'max(login_pipeline_ledger_records{outcome="unaccounted"})' }],
          alarmAt: 1,
        },
        {
          title: 'Lost to retention',
          kind: 'stat',
          unit: 'short',
          description: 'Records deleted before they were read, since the services started. 0.',
          queries: [{ expr: 'sum(login_pipeline_records_lost_total)' }],
          alarmAt: 1,
          runbook: 'RecordsLost',
        },
        {
          title: 'Insights complete',
          kind: 'stat',
          unit: 'percentunit',
          description: 'Share of the replicas whose insights cover every partition.',
          queries: [{ expr: 'avg(login_pipeline_insights_complete)' }],
          runbook: 'InsightsIncomplete',
        },
        {
          title: 'Between the stages',
          kind: 'series',
          unit: 'short',
          description:
            'Logins that the transformer has emitted and the insights do not contain yet: some while logins flow, 0 when they stop.',
          queries: [
            {
              expr: 'sum(max by (outcome) (login_pipeline_flow_records{outcome="emitted"})) - sum(max by (outcome) (login_pipeline_ledger_records{outcome!="unaccounted"}))',
              legend: 'on their way',
            },
            {
              expr: 'sum(kafka_consumergroup_lag_sum{consumergroup="aggregator"})',
              legend: "the aggregator's lag",
            },
          ],
        },
        {
          title: 'What became of all records',
          kind: 'series',
          unit: 'short',
          description: 'By the sums that are committed with the offsets: exact over restarts.',
          queries: [
            { expr: 'max by (outcome) (login_pipeline_flow_records)', legend: '{{outcome}}' },
            {
              expr: 'max by (outcome) (login_pipeline_ledger_records{outcome!="unaccounted"})',
              legend: '{{outcome}} (insights)',
            },
          ],
        },
      ],
    },
    {
      title: 'Throughput',
      panels: [
        {
          title: 'Logins written',
          kind: 'series',
          unit: 'ops',
          description: 'Growth of the topics, whichever producer writes them.',
          queries: [
            {
              expr: `sum by (topic) (rate(kafka_topic_partition_current_offset{topic=~"user-login|processed-user-login"}${RATE}))`,
              legend: '{{topic}}',
            },
          ],
          runbook: 'NoLoginsArrive',
        },
        {
          title: 'Transformer: outcomes',
          kind: 'series',
          unit: 'ops',
          description: 'Records whose outcome was committed.',
          queries: [
            {
              expr: `sum by (outcome) (rate(login_pipeline_records_total${RATE}))`,
              legend: '{{outcome}}',
            },
          ],
          stacked: true,
          runbook: 'DeadLettersTooMany',
        },
        {
          title: 'Aggregator: outcomes',
          kind: 'series',
          unit: 'ops',
          description: 'Records folded into the insights, or why not.',
          queries: [
            {
              expr: `sum by (outcome) (rate(login_pipeline_insights_records_total${RATE}))`,
              legend: '{{outcome}}',
            },
          ],
          stacked: true,
          runbook: 'InsightsRecordsNotCounted',
        },
        {
          title: 'Generator',
          kind: 'series',
          unit: 'ops',
          description: 'Test logins that the brokers acknowledged.',
          queries: [
            {
              expr: `sum by (kind) (rate(login_pipeline_generated_records_total${RATE}))`,
              legend: '{{kind}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Latency, from the record’s own timestamp',
      panels: [
        {
          title: 'Within a minute',
          kind: 'stat',
          unit: 'percentunit',
          description: 'Share of the batches over an hour; the objective is 99 %.',
          queries: [
            {
              expr: `sum(rate(${LATENCY}_bucket{le=~"60|60[.]0"}[1h])) / sum(rate(${LATENCY}_count[1h]))`,
            },
          ],
          runbook: 'LatencyBudgetBurnsFast',
        },
        {
          title: 'Latency by job',
          kind: 'series',
          unit: 's',
          description: 'Senders that were without a network show here, too.',
          queries: [
            { expr: latency(0.5), legend: '{{job}} median' },
            { expr: latency(0.95), legend: '{{job}} 95 %' },
            { expr: latency(0.99), legend: '{{job}} 99 %' },
          ],
          warnAt: 60,
          runbook: 'LatencyBudgetBurnsSlowly',
          width: 18,
        },
      ],
    },
  ],
};
