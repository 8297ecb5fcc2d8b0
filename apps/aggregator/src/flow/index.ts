export { FLOW } from './flow-answer.ts';
export type { Flow, FlowView } from './flow.ts';
export { FlowModule } from './flow.module.ts';
