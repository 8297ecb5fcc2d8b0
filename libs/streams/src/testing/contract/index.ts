export type { ContractCluster } from './contract-cluster.ts';
export { describeContract } from './describe-contract.ts';
export type { TopicConfig } from '../topic-config.ts';
