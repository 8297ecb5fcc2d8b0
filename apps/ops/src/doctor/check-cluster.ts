import type { ClusterFacts } from '@login-pipeline/nest-streams/operations';
import { brokerChecks } from './check-brokers.ts';
import { groupChecks } from './check-group.ts';
import { topicsChecks } from './check-topics.ts';
import type { Expectations } from './check-topics.ts';
import type { Check } from './check.ts';

/**
 * Judges what a cluster tells about itself: pure.
 *
 * @param maxLag records that a group may be behind
 */
export function clusterChecks(
  facts: ClusterFacts,
  { maxLag, ...expected }: Expectations & { readonly maxLag: number },
): readonly Check[] {
  return [
    ...brokerChecks(facts),
    ...topicsChecks(facts, expected),
    ...transactionChecks(facts),
    ...facts.groups.flatMap((group) => groupChecks(group, maxLag)),
  ];
}

function transactionChecks({ openTransactions }: ClusterFacts): Check[] {
  if ('refusal' in openTransactions) {
    const what = `open transactions cannot be looked at: ${openTransactions.refusal}`;
    const fix = openTransactions.isUnauthorized
      ? 'Allow Read on the topic, and Describe on transactional ids'
      : undefined;
    return [{ state: 'look', what, fix }];
  }
  const { found } = openTransactions;
  if (found.length === 0) return [{ state: 'ok', what: 'no transaction stays open' }];
  return found.map(({ topic, partition, offset }) => ({
    state: 'mend',
    what: `a transaction stays open in ${topic}, partition ${partition}, from offset ${offset} on: readers wait there`,
    fix: 'npm run transactions -- list shows what will become of it, and what ends it',
  }));
}
