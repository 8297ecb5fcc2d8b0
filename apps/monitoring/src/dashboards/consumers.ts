import type { DashboardDefinition } from './definition.ts';

/** Who reads, how far behind they are, and whether they move. */
export const CONSUMERS: DashboardDefinition = {
  uid: 'login-pipeline-consumers',
  title: 'Login Pipeline: consumers',
  description: 'Lag in records and seconds, progress, members and rebalances of the groups.',
  variables: [{ label: 'topic', of: 'login_pipeline_consumer_lag_records' }],
  rows: [
    {
      title: 'Lag',
      panels: [
        {
          title: 'Lag by group',
          kind: 'series',
          unit: 'short',
          description: 'As Kafka Exporter sees it: also without members.',
          queries: [
            {
              expr: 'sum by (consumergroup, topic) (kafka_consumergroup_lag_sum{topic=~"$topic"})',
              legend: '{{consumergroup}} on {{topic}}',
            },
          ],
          runbook: 'ConsumerLagGrows',
        },
        {
          title: 'Age of the oldest unread record',
          kind: 'series',
          unit: 's',
          description: 'By the readers themselves, and of the transformer also from outside.',
          queries: [
            {
              expr: 'max by (topic) (login_pipeline_consumer_lag_seconds{topic=~"$topic"})',
              legend: '{{topic}}',
            },
            {
              expr: 'max by (group) (login_pipeline_group_lag_seconds)',
              legend: 'group {{group}}, from outside',
            },
          ],
          warnAt: 10,
          alarmAt: 30,
          runbook: 'ConsumerLagTooOld',
        },
        {
          title: 'Lag by partition',
          kind: 'series',
          unit: 'short',
          description: 'One line above the others: a hot key or a slow owner.',
          queries: [
            {
              expr: 'max by (topic, partition) (login_pipeline_consumer_lag_records{topic=~"$topic"})',
              legend: '{{topic}} {{partition}}',
            },
          ],
        },
        {
          title: "The transformer's lag by partition, from outside",
          kind: 'series',
          unit: 'short',
          description: 'Records not yet committed, whether or not a consumer reads.',
          queries: [
            {
              expr: 'max by (partition) (login_pipeline_group_lag_records)',
              legend: 'partition {{partition}}',
            },
          ],
          runbook: 'ConsumerLagUnknown',
        },
      ],
    },
    {
      title: 'Progress',
      panels: [
        {
          title: 'Time since the last progress',
          kind: 'series',
          unit: 's',
          description: 'Rises while nothing comes; with lag it is a stall.',
          queries: [
            {
              expr: 'time() - max by (topic, partition) (login_pipeline_consumer_last_progress_timestamp_seconds{topic=~"$topic"})',
              legend: '{{topic}} {{partition}}',
            },
          ],
          runbook: 'ConsumerStuck',
        },
        {
          title: 'Committed records',
          kind: 'series',
          unit: 'ops',
          description: 'Growth of the committed offsets.',
          queries: [
            {
              expr: 'sum by (consumergroup, topic) (rate(kafka_consumergroup_current_offset{topic=~"$topic"}[$__rate_interval]))',
              legend: '{{consumergroup}} on {{topic}}',
            },
          ],
          runbook: 'TransactionHangs',
        },
        {
          title: 'Records per batch',
          kind: 'series',
          unit: 'short',
          description: 'Small batches are normal at low rates; full ones mean catching up.',
          queries: [
            {
              expr: 'sum by (job) (rate(login_pipeline_batch_records_sum[$__rate_interval])) / sum by (job) (rate(login_pipeline_batch_records_count[$__rate_interval]))',
              legend: '{{job}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Membership',
      panels: [
        {
          title: 'Members',
          kind: 'series',
          unit: 'none',
          description: 'Processes joined to each group.',
          queries: [
            {
              expr: 'sum by (consumergroup) (kafka_consumergroup_members)',
              legend: '{{consumergroup}}',
            },
          ],
          runbook: 'ConsumerGroupWithoutMembers',
        },
        {
          title: 'Assigned partitions',
          kind: 'series',
          unit: 'none',
          description: "Their sum by job is the topic's number of partitions.",
          queries: [
            {
              expr: 'sum by (job, instance) (login_pipeline_consumer_assigned_partitions)',
              legend: '{{job}} {{instance}}',
            },
          ],
          stacked: true,
        },
        {
          title: 'Assignments in ten minutes',
          kind: 'series',
          unit: 'short',
          description: 'One per deploy of each replica.',
          queries: [
            {
              expr: 'sum by (job, instance) (increase(login_pipeline_consumer_rebalances_total[10m]))',
              legend: '{{job}} {{instance}}',
            },
          ],
          runbook: 'RebalancesTooOften',
        },
        {
          title: 'Trips of the watchdog, in ten minutes',
          kind: 'series',
          unit: 'short',
          description: 'Stalls that ended a process, by what stood still.',
          queries: [
            {
              expr: 'sum by (job, cause) (increase(login_pipeline_watchdog_trips_total[10m]))',
              legend: '{{job}} {{cause}}',
            },
          ],
          runbook: 'ServiceRestartsOften',
        },
        {
          title: 'Partitions whose next batch cannot be read',
          kind: 'series',
          unit: 'short',
          description:
            'They wait, the others go on; the log names the batch and the command that passes it.',
          queries: [
            {
              expr: 'sum by (job, instance) (login_pipeline_consumer_unreadable_partitions)',
              legend: '{{job}} {{instance}}',
            },
          ],
          runbook: 'ConsumerStuck',
        },
        {
          title: 'Held back by quotas',
          kind: 'series',
          unit: 'percentunit',
          description:
            'Share of the time for which brokers hold a client back because of its quotas; it goes on slowly.',
          queries: [
            {
              expr: 'sum by (job, instance, requests) (rate(login_pipeline_throttled_seconds_total[5m]))',
              legend: '{{job}} {{instance}} {{requests}}',
            },
          ],
          runbook: 'ConsumerLagGrows',
        },
      ],
    },
  ],
};
