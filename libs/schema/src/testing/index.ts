export { GOLDEN_LOGINS } from './golden-logins.ts';
export type { GoldenLogin } from './golden-logins.ts';
export { membersOf } from './members-of.ts';
