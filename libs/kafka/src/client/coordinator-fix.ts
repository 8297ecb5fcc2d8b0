import { createRequire } from 'node:module';
import { isBusy } from './while-busy.ts';

/** The part of kafkajs 2.2.4's broker that the fix touches. */
interface Broker {
  isConnected: () => boolean;
}
type TransactionRequests = Record<
  (typeof TRANSACTION_REQUESTS)[number],
  (this: Broker, request: unknown) => Promise<unknown>
>;

interface Wanted {
  readonly groupId: string;
  readonly coordinatorType?: number;
}

/** The part of kafkajs 2.2.4's cluster that the fix touches. */
interface Cluster {
  /** Asks some broker, each time, who coordinates a group or a transactional id. */
  findGroupCoordinator: (wanted: Wanted) => Promise<Broker>;
}

/** What goes to the coordinators of a transaction. */
const TRANSACTION_REQUESTS = [
  'initProducerId',
  'addPartitionsToTxn',
  'addOffsetsToTxn',
  'txnOffsetCommit',
  'endTxn',
] as const;
/** FindCoordinator's key type of transactional ids (Kafka protocol guide). */
const TRANSACTION = 1;

const FIXED = Symbol.for('login-pipeline.coordinator-fix');

/** Coordinators that may be none any more: whoever looks for one asks the brokers again. */
const doubted = new WeakSet();

/**
 * Lets the producers of transactions remember their coordinators, as the Java client does: kafkajs asks for one before each
 * of a transaction's requests, which makes nine or ten of five. A coordinator is asked for again when its connection is lost, or
 * after any request that it refused or left unanswered.
 *
 * To find none because no broker answers is no reason to give up, as it is to kafkajs: they come back.
 */
export function installCoordinatorFix(): void {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/cluster') as {
    prototype: Cluster & { [FIXED]?: true };
  };
  if (prototype[FIXED] === true) return;
  prototype[FIXED] = true;
  doubtAfterFailures(require('kafkajs/src/broker') as { prototype: TransactionRequests });

  /** Of the clients that began a transaction; the members of groups ask as before. */
  const known = new WeakMap<Cluster, Map<string, Broker>>();
  const find = prototype.findGroupCoordinator;
  prototype.findGroupCoordinator = async function (this: Cluster, wanted: Wanted) {
    if (wanted.coordinatorType === TRANSACTION && !known.has(this)) known.set(this, new Map());
    const coordinators = known.get(this);
    const key = `${wanted.coordinatorType ?? ''} ${wanted.groupId}`;
    const remembered = coordinators?.get(key);
    if (remembered?.isConnected() === true && !doubted.has(remembered)) return remembered;
    const found = await find.call(this, wanted).catch(retriable);
    doubted.delete(found);
    coordinators?.set(key, found);
    return found;
  };
}

function retriable(error: unknown): never {
  if (!(error instanceof Error) || error.name !== 'KafkaJSGroupCoordinatorNotFound') throw error;
  const { KafkaJSError } = createRequire(import.meta.url)('kafkajs/src/errors') as {
    KafkaJSError: new (message: string) => Error;
  };
  throw new KafkaJSError(error.message);
}

/** Asks a coordinator something. If that fails, whoever looks for it next has the brokers say anew who it is. */
export async function doubting<Answer>(
  coordinator: object,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    // A busy coordinator is one.
    if (!isBusy(error)) doubted.add(coordinator);
    throw error;
  }
}

function doubtAfterFailures({ prototype }: { readonly prototype: TransactionRequests }): void {
  for (const name of TRANSACTION_REQUESTS) {
    const request = prototype[name];
    prototype[name] = function (this: Broker, parameters: unknown) {
      return doubting(this, () => request.call(this, parameters));
    };
  }
}
