import { createRequire } from 'node:module';

/** The part of a record, as kafkajs decodes it, that tells what it belongs to. */
export interface FetchedMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  isControlRecord?: boolean;
  readonly batchContext?: { readonly producerId: string; readonly inTransaction: boolean };
}

/** A partition's part of kafkajs' answer to a fetch. */
export interface FetchedPartition {
  readonly messages: readonly FetchedMessage[];
  abortedTransactions?:
    readonly { readonly producerId: string; readonly firstOffset: string }[] | null;
}

interface Broker {
  readonly fetch: (...parameters: unknown[]) => Promise<{
    readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
  }>;
}

const FIXED = Symbol.for('login-pipeline.aborted-records');
/** The release whose consumer is mended. */
const KNOWN_VERSION = '2.2.4';
/** Version 0, type 0 (KIP-98, "Control Messages"). */
const ABORT_MARKER = Buffer.alloc(4);

/**
 * Lets kafkajs' consumers see committed records only. By itself kafkajs takes the list of aborted transactions as if
 * it were in the order of their beginnings, and looks at one per record; brokers list them by their ends. Where several
 * producers write to a partition, it shows aborted records.
 */
export function installAbortedRecords(): void {
  const require = createRequire(import.meta.url);
  const { version } = require('kafkajs/package.json') as { readonly version: string };
  if (version !== KNOWN_VERSION) throw new Error(`kafkajs ${version} may not need this any more`);
  const { prototype } = require('kafkajs/src/broker') as {
    prototype: { fetch: Broker['fetch']; [FIXED]?: true };
  };
  if (prototype[FIXED] === true) return;
  prototype[FIXED] = true;
  const fetch = prototype.fetch;
  prototype.fetch = async function (this: Broker, ...parameters) {
    const answer = await fetch.apply(this, parameters);
    for (const { partitions } of answer.responses) partitions.forEach(hideAborted);
    return answer;
  };
}

/** Marks aborted records as control records: no handler sees these, and the position still moves over them. */
export function hideAborted(partition: FetchedPartition): void {
  const upcoming = (partition.abortedTransactions ?? []).toSorted(
    (one, other) => Number(one.firstOffset) - Number(other.firstOffset),
  );
  partition.abortedTransactions = [];
  const aborted = new Set<string>();
  for (const message of partition.messages) {
    while (Number(upcoming[0]?.firstOffset ?? Infinity) <= Number(message.offset)) {
      aborted.add(upcoming.shift()?.producerId ?? '');
    }
    const { producerId = '', inTransaction = false } = message.batchContext ?? {};
    if (!inTransaction || !aborted.has(producerId)) continue;
    if (message.isControlRecord !== true) message.isControlRecord = true;
    else if (message.key?.equals(ABORT_MARKER) === true) aborted.delete(producerId);
  }
}
