export { ENGINE_BUGS, TRUST_LINES } from './engine-bugs.ts';
export type { EngineBug } from './engine-bugs.ts';
export { patched, planting } from './planting.ts';
export type { Planted } from './planting.ts';
