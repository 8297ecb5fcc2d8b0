export { faultsOf } from './faults-of.ts';
export { memberOf } from './member-of.ts';
