import { jest } from '@jest/globals';
import { describeContract } from '@login-pipeline/streams/testing/contract';
import { RealCluster } from './testing/real-cluster.ts';

/** Transactions that take too long are looked for every ten seconds. */
jest.setTimeout(60_000);

describeContract('Brokers', () => RealCluster.open());
