export type { ContractCluster } from './contract-cluster.ts';
