import type { Supervised } from '@login-pipeline/command';
import type { Expected } from './workload.ts';

/** What is to be done: mark logins, count processed ones, or both in a row. */
export type Job = 'transformer' | 'aggregator' | 'pipeline';

/** Topics and groups of one run. */
export interface Lane {
  readonly brokers: string;
  readonly input: string;
  readonly output: string;
  readonly deadLetter: string;
  readonly snapshots: string;
  readonly counts: string;
  /** Prefix of groups and ids, which no other run has. */
  readonly id: string;
  /** For logs and state; shared by all runs. */
  readonly folder: string;
  /** Further settings of our services. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A position that has to reach the end of its topic. */
export interface Position {
  readonly group: string;
  readonly topic: string;
}

/** A contender at work. */
export interface Running {
  readonly processes: readonly Supervised[];
  readonly logFile: string;
  /** The first one is on the lane's input and tells the progress. */
  readonly positions: readonly Position[];
  /** Topic whose committed end still moves while work goes on. */
  readonly writes?: string;
  /** How the outcomes of the marked logins are checked; absent where none are written. */
  readonly checksOutputs?: readonly Expected[];
  /** Checks counts when all is done; @throws Error that names what is wrong */
  readonly checkCounts?: (counted: number) => Promise<void>;
}

/** What can do a job. */
export interface Contender {
  readonly name: string;
  /** The share of the records that is enough for it: slow ones would take for ever. */
  readonly share: number;
  /** Records per second above which it cannot keep up, so that its latency means nothing; absent: none. */
  readonly maxRate?: number;
  readonly start: (lane: Lane) => Promise<Running>;
}
