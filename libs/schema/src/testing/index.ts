export { aLogin, LOGIN, paddedLogin } from './a-login.ts';
export { GOLDEN_LOGINS } from './golden-logins.ts';
export type { GoldenLogin } from './golden-logins.ts';
export { membersOf } from './members-of.ts';
