import type { ClusterFacts } from '@login-pipeline/nest-streams/operations';
import { TOPICS } from '@login-pipeline/schema';
import type { Check } from './check.ts';
import { RETENTION } from './check-topics.ts';

/** For so long coordinators keep the offsets of a group that has no members. */
const OFFSETS_RETENTION = 'offsets.retention.minutes';
const UNLIMITED = -1;
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** How many brokers there have to be for coordinators: with the topic of their own that it is about. */
const COORDINATOR_SETTINGS = [
  ['offsets.topic.replication.factor', '__consumer_offsets', 'created'],
  ['transaction.state.log.replication.factor', '__transaction_state', 'created'],
  ['transaction.state.log.min.isr', '__transaction_state', 'written'],
] as const;

/** Broker settings to read. */
export const BROKER_SETTINGS = [
  'auto.create.topics.enable',
  'transaction.max.timeout.ms',
  OFFSETS_RETENTION,
  ...COORDINATOR_SETTINGS.map(([setting]) => setting),
];

/** How long the services let a transaction take, in milliseconds: the brokers must allow it. */
const TRANSACTION_TIMEOUT_MS = 60_000;

/** Judges the brokers and their settings: pure. */
export function brokerChecks(facts: ClusterFacts): readonly Check[] {
  const { brokers, hasController, brokerSettings, internalTopics } = facts;
  const checks: Check[] = [
    { state: 'ok', what: `${brokers.length} of the brokers: ${brokers.join(', ')}` },
  ];
  if (!hasController) {
    checks.push({
      state: 'mend',
      what: 'no controller',
      fix: 'Start a majority of the controllers',
    });
  }
  if (brokerSettings === undefined) {
    checks.push({
      state: 'look',
      what: 'the settings of the brokers may not be read',
      fix: 'Allow DescribeConfigs on the cluster to see them here',
    });
    return checks;
  }
  if (brokerSettings['auto.create.topics.enable'] === 'true') {
    checks.push({
      state: 'look',
      what: 'auto.create.topics.enable=true: a mistyped topic is created with default settings',
      fix: 'Set it to false on the brokers',
    });
  }
  const longest = Number(brokerSettings['transaction.max.timeout.ms']);
  checks.push(
    longest < TRANSACTION_TIMEOUT_MS
      ? {
          state: 'mend',
          what: `transaction.max.timeout.ms=${longest} refuses the transformer`,
          fix: `Set it to ${TRANSACTION_TIMEOUT_MS} or more on the brokers`,
        }
      : { state: 'ok', what: 'the brokers allow the transactions of the transformer' },
    ...coordinatorChecks(brokers.length, brokerSettings, internalTopics),
    ...retentionChecks(facts),
  );
  return checks;
}

/** Coordinators keep their state in topics that brokers create when the first one is asked for. */
function coordinatorChecks(
  brokers: number,
  settings: Readonly<Record<string, string>>,
  existing: readonly string[],
): Check[] {
  return COORDINATOR_SETTINGS.flatMap(([name, topic, verb]): Check[] => {
    const wanted = Number(settings[name] ?? 0);
    // A topic that was created had brokers enough then: one that is missing now is told with its partitions.
    if (wanted <= brokers || (verb === 'created' && existing.includes(topic))) return [];
    const what = `${name}=${wanted}, and there are ${brokers} brokers: ${topic} cannot be ${verb}, and nothing be coordinated`;
    return [{ state: 'mend', what, fix: 'Lower it on the brokers, or start more of them' }];
  });
}

/** Offsets that brokers forget before the records: a group that comes back later begins anew. */
function retentionChecks({ topics, brokerSettings }: ClusterFacts): Check[] {
  const minutes = Number(brokerSettings?.[OFFSETS_RETENTION] ?? NaN);
  const kept = Number(
    topics.find(({ topic }) => topic === TOPICS.userLogin)?.settings?.[RETENTION],
  );
  const isShorter = kept === UNLIMITED || kept > minutes * MINUTE_MS;
  if (Number.isNaN(minutes) || Number.isNaN(kept) || !isShorter) return [];
  const records = kept === UNLIMITED ? 'for ever' : `for ${daysOf(kept)}`;
  const offsets = daysOf(minutes * MINUTE_MS);
  return [
    {
      state: 'look',
      what: `${OFFSETS_RETENTION}=${minutes} (${offsets}), and ${TOPICS.userLogin} keeps records ${records}: a transformer that is stopped for longer than its offsets are kept repeats all of them`,
      fix: 'Raise it on the brokers to the longest time that the transformer may be stopped',
    },
  ];
}

function daysOf(ms: number): string {
  return `${Number((ms / DAY_MS).toFixed(2))} days`;
}
