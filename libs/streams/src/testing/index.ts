export { CountingStates, encodeCounts, tallyOf, UnreadableSnapshot } from './counting-states.ts';
export type { Tally } from './counting-states.ts';
export { format1Record } from './format-1.ts';
export type { Format1Snapshot } from './format-1.ts';
export { outcomeOf, planNumbered } from './numbered-records.ts';
export type { PipeTopics } from './numbered-records.ts';
export {
  EPOCH_MS,
  Random,
  SimulatedCluster,
  SimulatedContractCluster,
  SimulatedOutgoing,
} from './simulation/index.ts';
export type {
  BrokerSettings,
  ControllerDelays,
  Fault,
  FaultHook,
  FaultRates,
  JudgedRecord,
  PartitionRecords,
  RecordFate,
  SimulatedProcess,
  SimulationOptions,
  TraceListener,
} from './simulation/index.ts';
export type { TopicConfig } from './topic-config.ts';
