import { defineMetrics } from '@login-pipeline/observability';

const GROUP_PARTITION = {
  group: 'the watched group',
  topic: 'the topic that the watched group reads',
  partition: 'the partitions of the topic',
} as const;

/** What the watch over another group's flow shows. */
export const FLOW_METRICS = defineMetrics({
  group_lag_records: {
    kind: 'gauge',
    unit: 'records',
    help: 'Records that the watched group has not committed, whether or not it has members',
    labels: GROUP_PARTITION,
  },
  group_lag_seconds: {
    kind: 'gauge',
    unit: 'seconds',
    help: 'How long the watched group has been behind, whether or not it has members, as far as this process has seen it',
    labels: GROUP_PARTITION,
  },
  flow_records: {
    kind: 'gauge',
    unit: 'records',
    help: 'What the watched group has done with its records since it began, as committed with the offsets',
    labels: { outcome: ['emitted', 'dropped', 'dead_lettered'] },
  },
  flow_unaccounted_records: {
    kind: 'gauge',
    unit: 'records',
    help: 'Committed offsets less the records accounted for: 0, or the constant gap of a group that began later; a change is a loss',
  },
});
