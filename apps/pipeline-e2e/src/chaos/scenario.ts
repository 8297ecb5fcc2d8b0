import type { InputRecord } from '../load.ts';
import type { Stage } from './stage.ts';

/** A kind of fault, and how to bring it about. */
export interface Scenario {
  /** For `--only` and the table. */
  readonly name: string;
  /** What is done to whom, for the table. */
  readonly fault: string;
  /** Whether `--smoke` has it. */
  readonly smoke: boolean;
  /** Size of the cluster it needs. */
  readonly brokers: 1 | 3;
  /** 1: it is about transactions of before KIP-890, on releases of Kafka that have both; default: those of the run. */
  readonly transactionVersion?: 1;
  /** It makes brokers fail, so nothing else may run beside it. */
  readonly alone: boolean;
  /** Transformers at the start. */
  readonly transformers: number;
  /** Aggregators at the start; their insights are judged too. */
  readonly aggregators: number;
  /** The longest time without a commit that is fine, in milliseconds. */
  readonly gapBoundMs: number;
  /** Exit codes that a service may choose, to be replaced by a new process; default: 75 alone. */
  readonly mayExit?: readonly number[];
  /** Partitions of the output; default: as many as the input has. */
  readonly outputPartitions?: number;
  /** Partitions of the dead-letter topic; default: as many as the input has. */
  readonly deadLetterPartitions?: number;
  /** The output grows: its records may be in any partition, and no reader of ours follows it. */
  readonly outputGrows?: true;
  /** Settings of the transformers. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Makes the input what it needs to be. */
  readonly alter?: (record: InputRecord, index: number) => InputRecord;
  /** @returns how often the fault struck; throws when the service broke a promise that no record shows */
  readonly attack: (stage: Stage) => Promise<number>;
}
