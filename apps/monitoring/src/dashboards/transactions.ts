import type { DashboardDefinition } from './definition.ts';

const RATE = '[$__rate_interval]';
const TRANSACTIONS = 'login_pipeline_transactions_total';

/** How the transformer's transactions end, and what is set aside in them. */
export const TRANSACTIONS_AND_DEAD_LETTERS: DashboardDefinition = {
  uid: 'login-pipeline-transactions',
  title: 'Login Pipeline: transactions and dead letters',
  description: 'Transactions by outcome and duration, dead letters by reason.',
  variables: [],
  rows: [
    {
      title: 'Transactions',
      panels: [
        {
          title: 'Transactions by outcome',
          kind: 'series',
          unit: 'ops',
          description:
            'Aborted ones were fenced by another owner, or are written anew without refused records; of indefinite ones the brokers did not say.',
          queries: [
            { expr: `sum by (outcome) (rate(${TRANSACTIONS}${RATE}))`, legend: '{{outcome}}' },
          ],
          runbook: 'TransactionsAborted',
        },
        {
          title: 'Share that was not committed',
          kind: 'series',
          unit: 'percentunit',
          description: 'Near 0. Each is repeated, nothing is doubled.',
          queries: [
            {
              expr: `sum by (outcome) (rate(${TRANSACTIONS}{outcome!="committed"}${RATE})) / scalar(sum(rate(${TRANSACTIONS}${RATE})))`,
              legend: '{{outcome}}',
            },
          ],
          warnAt: 0.05,
          runbook: 'TransactionResultsUnknown',
        },
        {
          title: 'Duration of a transaction',
          kind: 'series',
          unit: 's',
          description: 'From the arrival of a batch to the end of its transaction.',
          queries: [0.5, 0.95, 0.99].map((share) => ({
            expr: `histogram_quantile(${share}, sum by (le) (rate(login_pipeline_transaction_duration_seconds_bucket${RATE})))`,
            legend: `${share * 100} %`,
          })),
          warnAt: 1,
        },
        {
          title: 'Records per transaction',
          kind: 'series',
          unit: 'short',
          description: 'More of them per transaction is more throughput; LINGER_MS waits for more.',
          queries: [
            {
              expr: `sum(rate(login_pipeline_batch_records_sum{job="transformer"}${RATE})) / sum(rate(login_pipeline_batch_records_count{job="transformer"}${RATE}))`,
              legend: 'mean',
            },
          ],
        },
      ],
    },
    {
      title: 'Dead letters',
      panels: [
        {
          title: 'Dead letters by reason',
          kind: 'series',
          unit: 'ops',
          description: 'The reasons are those of docs/records.md.',
          queries: [
            {
              expr: `sum by (reason) (rate(login_pipeline_dead_letters_total${RATE}))`,
              legend: '{{reason}}',
            },
          ],
          stacked: true,
          runbook: 'DeadLettersTooMany',
        },
        {
          title: 'Share of dead letters',
          kind: 'series',
          unit: 'percentunit',
          description:
            'Over DEAD_LETTER_MAX_RATIO (50 %) the transformer stops without committing.',
          queries: [
            {
              expr: `sum(rate(login_pipeline_records_total{outcome="dead_lettered"}${RATE})) / sum(rate(login_pipeline_records_total${RATE}))`,
              legend: 'dead-lettered',
            },
          ],
          warnAt: 0.05,
          alarmAt: 0.5,
          runbook: 'DeadLettersTooMany',
        },
        {
          title: 'In the dead-letter topic',
          kind: 'stat',
          unit: 'short',
          description:
            'Records between its beginning and its end; one in some is a control record.',
          queries: [
            {
              expr: 'sum(kafka_topic_partition_current_offset{topic="user-login.dead-letter"}) - sum(kafka_topic_partition_oldest_offset{topic="user-login.dead-letter"})',
            },
          ],
        },
        {
          title: 'Lost to retention',
          kind: 'stat',
          unit: 'short',
          description: 'Records deleted before they were read, since the services started.',
          queries: [
            { expr: 'sum by (job) (login_pipeline_records_lost_total)', legend: '{{job}}' },
          ],
          alarmAt: 1,
          runbook: 'RecordsLost',
        },
        {
          title: 'Answers of the schema registry',
          kind: 'series',
          unit: 'ops',
          description:
            'Few: an id is asked for once. Unavailable: records with ids that are not known yet wait.',
          queries: [
            {
              expr: `sum by (job, outcome) (rate(login_pipeline_schema_registry_requests_total${RATE}))`,
              legend: '{{job}} {{outcome}}',
            },
          ],
        },
      ],
    },
  ],
};
