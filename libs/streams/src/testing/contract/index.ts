export type { ContractCluster } from './contract-cluster.ts';
export { describeContract } from './describe-contract.ts';
