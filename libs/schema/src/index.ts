export { decodeLogin, decodeProcessedLogin } from './decode.ts';
export { canonicalDeviceType } from './device-type.ts';
export { eventTimeMs } from './event-time.ts';
export type { Login, ProcessedLogin } from './login.ts';
export { markProcessed } from './mark-processed.ts';
export { REASONS } from './reason.ts';
export type { ProcessedReason, Reason } from './reason.ts';
export { TOPICS } from './topics.ts';
