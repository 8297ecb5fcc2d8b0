export { timeIn, wholeNumber, wrongArgument } from './arguments.ts';
export { runCommand, say, stopRequested } from './command.ts';
export { failureOf } from './failure-of.ts';
export { EXIT, Failure } from './failure.ts';
export { freePorts, isListening } from './ports.ts';
export { isInstalled, missingPrograms, pathOf, requirePrograms } from './programs.ts';
export { killAllSupervised, supervised } from './supervised.ts';
export type { Supervised } from './supervised.ts';
