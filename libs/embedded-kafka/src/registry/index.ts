export { startRegistry } from './start-registry.ts';
export type { RunningRegistry } from './start-registry.ts';
