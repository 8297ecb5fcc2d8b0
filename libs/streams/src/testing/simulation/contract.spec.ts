import { describeContract } from '../contract/index.ts';
import { SimulatedContractCluster } from './simulated-contract-cluster.ts';

for (const transactionVersion of [1, 2] as const) {
  describeContract(`Simulated brokers with transactions of version ${transactionVersion}`, () =>
    Promise.resolve(new SimulatedContractCluster({ seed: 1, transactionVersion })),
  );
}
