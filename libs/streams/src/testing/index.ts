export { outcomeOf, planNumbered } from './numbered-records.ts';
export type { PipeTopics } from './numbered-records.ts';
export * from './simulation/index.ts';
