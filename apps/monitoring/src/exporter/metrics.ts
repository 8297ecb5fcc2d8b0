import type { ClusterView, GroupView, TopicView } from '@login-pipeline/nest-streams/operations';

/** One sample of a gauge. */
interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number | bigint | undefined;
}

interface Family {
  readonly help: string;
  readonly samples: (view: ClusterView) => readonly Sample[];
}

/** The metrics of danielqsj/kafka-exporter that the stand-in shows, by name: all gauges, with its names and labels. */
export const EXPORTER_METRICS = {
  kafka_brokers: {
    help: 'Number of Brokers in the Kafka Cluster.',
    samples: ({ brokers }) => [{ labels: {}, value: brokers.length }],
  },
  kafka_broker_info: {
    help: 'Information about the Kafka Broker.',
    samples: ({ brokers }) =>
      brokers.map(({ id, address }) => ({ labels: { id, address }, value: 1 })),
  },
  kafka_topic_partitions: {
    help: 'Number of partitions for this Topic',
    samples: ({ topics }) =>
      topics.map(({ topic, partitions }) => ({ labels: { topic }, value: partitions.length })),
  },
  kafka_topic_partition_current_offset: {
    help: 'Current Offset of a Broker at Topic/Partition',
    samples: ofPartitions(({ end }) => end),
  },
  kafka_topic_partition_oldest_offset: {
    help: 'Oldest Offset of a Broker at Topic/Partition',
    samples: ofPartitions(({ oldest }) => oldest),
  },
  kafka_topic_partition_leader: {
    help: 'Leader Broker ID of this Topic/Partition',
    samples: ofPartitions(({ leader }) => leader),
  },
  kafka_topic_partition_replicas: {
    help: 'Number of Replicas for this Topic/Partition',
    samples: ofPartitions(({ replicas }) => replicas.length),
  },
  kafka_topic_partition_in_sync_replica: {
    help: 'Number of In-Sync Replicas for this Topic/Partition',
    samples: ofPartitions(({ inSync }) => inSync.length),
  },
  kafka_topic_partition_leader_is_preferred: {
    help: '1 if Topic/Partition is using the Preferred Broker',
    samples: ofPartitions(({ leader, replicas }) => Number(leader === replicas[0])),
  },
  kafka_topic_partition_under_replicated_partition: {
    help: '1 if Topic/Partition is under Replicated',
    samples: ofPartitions(({ inSync, replicas }) => Number(inSync.length < replicas.length)),
  },
  kafka_consumergroup_members: {
    help: 'Amount of members in a consumer group',
    samples: ({ groups }) =>
      groups.map(({ group, members }) => ({ labels: { consumergroup: group }, value: members })),
  },
  kafka_consumergroup_current_offset: {
    help: 'Current Offset of a ConsumerGroup at Topic/Partition',
    samples: ofCommitted(({ nextOffset }) => nextOffset),
  },
  kafka_consumergroup_current_offset_sum: {
    help: 'Current Offset of a ConsumerGroup at Topic for all partitions',
    samples: summed(({ nextOffset }) => nextOffset),
  },
  kafka_consumergroup_lag: {
    help: 'Current Approximate Lag of a ConsumerGroup at Topic/Partition',
    samples: ofCommitted(lag),
  },
  kafka_consumergroup_lag_sum: {
    help: 'Current Approximate Lag of a ConsumerGroup at Topic for all partitions',
    samples: summed(lag),
  },
} as const satisfies Readonly<Record<string, Family>>;

type Partition = TopicView['partitions'][number];
type Committed = GroupView['committed'][number];
type CommittedValue = (committed: Committed, topics: readonly TopicView[]) => bigint | undefined;

/** @returns what the exporter answers to a scrape: the Prometheus text format 0.0.4 */
export function exposition(view: ClusterView): string {
  return Object.entries<Family>(EXPORTER_METRICS)
    .map(([name, { help, samples }]) => {
      const lines = samples(view)
        .filter(({ value }) => value !== undefined)
        .map(({ labels, value }) => `${name}${labelText(labels)} ${String(value)}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
    })
    .join('');
}

function labelText(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(
    ([label, value]) =>
      `${label}="${String(value).replace(/["\\\n]/g, (it) => (it === '\n' ? '\\n' : `\\${it}`))}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join()}}`;
}

function ofPartitions(value: (partition: Partition) => Sample['value']): Family['samples'] {
  return ({ topics }) =>
    topics.flatMap(({ topic, partitions }) =>
      partitions.map((it) => ({ labels: { topic, partition: it.partition }, value: value(it) })),
    );
}

function ofCommitted(value: CommittedValue): Family['samples'] {
  return ({ groups, topics }) =>
    groups.flatMap(({ group, committed }) =>
      committed.map((it) => ({
        labels: { consumergroup: group, topic: it.topic, partition: it.partition },
        value: value(it, topics),
      })),
    );
}

function summed(value: CommittedValue): Family['samples'] {
  return ({ groups, topics }) =>
    groups.flatMap(({ group, committed }) =>
      [...new Set(committed.map(({ topic }) => topic))].map((topic) => ({
        labels: { consumergroup: group, topic },
        value: committed
          .filter((it) => it.topic === topic)
          .reduce((sum, it) => sum + (value(it, topics) ?? 0n), 0n),
      })),
    );
}

/** Undefined where the topic has vanished or has no leader. The end was read before the offset, so it may be the lower one. */
function lag(
  { topic, partition, nextOffset }: Committed,
  topics: readonly TopicView[],
): bigint | undefined {
  const partitions = topics.find((it) => it.topic === topic)?.partitions;
  const end = partitions?.find((it) => it.partition === partition)?.end;
  if (end === undefined) return undefined;
  return end > nextOffset ? end - nextOffset : 0n;
}
