export type { ReadRecord } from './consume-all.ts';
export { hangTransaction } from './hang-transaction.ts';
export { startSimulatedTransform } from './simulated-transform.ts';
export { TestCluster } from './test-cluster.ts';
export type { WritableMessage } from './test-cluster.ts';
export { waitFor } from './wait-for.ts';
