export type { ContractCluster } from './contract-cluster.ts';
export { describeContract } from './describe-contract.ts';
export { Subject } from './subject.ts';
export { TransactionalProducer } from './transactional-producer.ts';
export type { TopicConfig } from '../topic-config.ts';
