export { CountingStates, encodeCounts, tallyOf, UnreadableSnapshot } from './counting-states.ts';
export type { Tally } from './counting-states.ts';
export { outcomeOf, planNumbered } from './numbered-records.ts';
export type { PipeTopics } from './numbered-records.ts';
export * from './simulation/index.ts';
