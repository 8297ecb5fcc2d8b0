import type { DashboardDefinition } from './definition.ts';

/** The cluster, as Kafka Exporter sees it. */
export const BROKERS: DashboardDefinition = {
  uid: 'login-pipeline-brokers',
  title: 'Login Pipeline: brokers',
  description: 'Brokers, leaders and replicas of the topics.',
  variables: [{ label: 'topic', of: 'kafka_topic_partitions' }],
  rows: [
    {
      title: 'Cluster',
      panels: [
        {
          title: 'Brokers',
          kind: 'stat',
          unit: 'none',
          description: 'Brokers that are there.',
          queries: [{ expr: 'max(kafka_brokers)' }],
          runbook: 'KafkaBrokerMissing',
        },
        {
          title: 'Partitions under-replicated',
          kind: 'stat',
          unit: 'none',
          description: 'Fewer replicas in sync than replicas. 0.',
          queries: [{ expr: 'sum(kafka_topic_partition_under_replicated_partition)' }],
          warnAt: 1,
          runbook: 'KafkaPartitionsUnderReplicated',
        },
        {
          title: 'Partitions without leader',
          kind: 'stat',
          unit: 'none',
          description: 'Can be neither read nor written. 0.',
          queries: [
            {
              expr: 'count(kafka_topic_partition_replicas unless on (topic, partition) kafka_topic_partition_leader) or vector(0)',
            },
          ],
          alarmAt: 1,
          runbook: 'KafkaPartitionsWithoutLeader',
        },
        {
          title: 'Exporter',
          kind: 'stat',
          unit: 'none',
          description: '1: it answers. Without it this page stands still.',
          queries: [{ expr: 'max(up{job="kafka-exporter"})' }],
          runbook: 'KafkaExporterDown',
        },
        {
          title: 'Partitions led by each broker',
          kind: 'series',
          unit: 'none',
          description: 'Even, or one broker carries the load of others.',
          queries: [
            {
              expr: 'count_values("broker", kafka_topic_partition_leader)',
              legend: 'broker {{broker}}',
            },
          ],
          stacked: true,
        },
        {
          title: 'Led by the preferred replica',
          kind: 'series',
          unit: 'percentunit',
          description: 'Below 100 % after a restart until leaders are balanced again.',
          queries: [
            {
              expr: 'avg by (topic) (kafka_topic_partition_leader_is_preferred{topic=~"$topic"})',
              legend: '{{topic}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Topics',
      panels: [
        {
          title: 'Records written',
          kind: 'series',
          unit: 'ops',
          description: 'Growth of the ends, control records of transactions included.',
          queries: [
            {
              expr: 'sum by (topic) (rate(kafka_topic_partition_current_offset{topic=~"$topic"}[$__rate_interval]))',
              legend: '{{topic}}',
            },
          ],
          runbook: 'NoLoginsArrive',
        },
        {
          title: 'Offsets held',
          kind: 'series',
          unit: 'short',
          description: 'From the beginning to the end of the topic: what retention keeps.',
          queries: [
            {
              expr: 'sum by (topic) (kafka_topic_partition_current_offset{topic=~"$topic"}) - sum by (topic) (kafka_topic_partition_oldest_offset{topic=~"$topic"})',
              legend: '{{topic}}',
            },
          ],
        },
        {
          title: 'Replicas in sync',
          kind: 'series',
          unit: 'none',
          description: 'The least of any partition of the topic.',
          queries: [
            {
              expr: 'min by (topic) (kafka_topic_partition_in_sync_replica{topic=~"$topic"})',
              legend: '{{topic}}',
            },
          ],
          runbook: 'KafkaPartitionsUnderReplicated',
        },
      ],
    },
  ],
};
