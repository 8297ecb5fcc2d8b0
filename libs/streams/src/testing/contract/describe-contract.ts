import { afterAll, beforeAll, describe } from '@jest/globals';
import type { ContractCluster } from './contract-cluster.ts';
import { describeCommits } from './commits.ts';
import { describeConnections } from './connections.ts';
import { describeFencing } from './fencing.ts';
import { describeGroups } from './groups.ts';
import { describeIdempotence } from './idempotence.ts';
import { describeLogs } from './logs.ts';
import { describeOffsets } from './offsets.ts';
import { Subject } from './subject.ts';
import { describeTopicConfigs } from './topic-configs.ts';
import { describeTopics } from './topics.ts';
import { describeTransactionState } from './transaction-state.ts';
import { describeTransactions } from './transactions.ts';

/**
 * Describes, as tests, what the engine relies on of a cluster: what brokers of 3.9 to 4.4 do, found
 * out by asking them. A simulated cluster has to do the same.
 *
 * @param name the cluster's
 * @param open called once; each case has topics, groups and ids of its own
 */
export function describeContract(name: string, open: () => Promise<ContractCluster>): void {
  describe(name, () => {
    let subject: Subject | undefined;
    const opened = (): Subject => {
      if (subject === undefined) throw new Error('the cluster is not open');
      return subject;
    };

    beforeAll(async () => {
      subject = new Subject(await open());
    });

    afterAll(async () => {
      await subject?.cluster.close();
    });

    describeConnections(opened);
    describeTopics(opened);
    describeTopicConfigs(opened);
    describeLogs(opened);
    describeIdempotence(opened);
    describeTransactions(opened);
    describeFencing(opened);
    describeTransactionState(opened);
    describeGroups(opened);
    describeOffsets(opened);
    describeCommits(opened);
  });
}
