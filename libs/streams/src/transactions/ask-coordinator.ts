import type { Cluster } from '../cluster/cluster.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import type { RequestOf, ResponseOf } from '../protocol/apis.ts';
import type { ErrorName } from '../protocol/errors.ts';

/**
 * The coordinator has something else to do with the same transactional id, as writing the markers
 * of the last transaction, or loads its log: it has not done what it was asked for.
 */
const BUSY: ReadonlySet<ErrorName> = new Set([
  'CONCURRENT_TRANSACTIONS',
  'COORDINATOR_LOAD_IN_PROGRESS',
]);

/** A broker that gave up one of two questions has answered at once, and takes it now. */
const FIRST_PAUSE_MS = 1;
/** Markers take milliseconds. */
const PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 200;
/** The pauses add up to some ten seconds: what takes longer fails, and is begun anew. */
const ATTEMPTS = 60;

type TransactionApi = 'InitProducerId' | 'AddOffsetsToTxn' | 'AddPartitionsToTxn' | 'EndTxn';

interface Answer {
  readonly error: ErrorName;
  readonly partitions?: readonly { readonly error: ErrorName }[];
}

/**
 * Asks the coordinator of a transactional id, again for as long as it says that it was too busy.
 *
 * @throws ProtocolError for any other error that it answers
 */
export function askCoordinator<Api extends TransactionApi>(
  cluster: Cluster,
  transactionalId: string,
  api: Api,
  request: RequestOf<Api>,
  attempts = ATTEMPTS,
): Promise<ResponseOf<Api>> {
  const errorOf = ({ error, partitions = [] }: Answer): ErrorName => {
    const code =
      error === 'NONE' ? (partitions.find((one) => one.error !== 'NONE')?.error ?? error) : error;
    if (code !== 'NONE') throw new ProtocolError(code, `${api} of "${transactionalId}"`);
    return code;
  };
  return untilTaken(
    cluster,
    () => cluster.ask('transaction', transactionalId, api, request, errorOf),
    { attempts },
  );
}

/** How long a request is repeated. */
interface Patience {
  readonly attempts?: number;
  /**
   * Whether an error says that nothing was done, and that it may be done later; by default: that
   * the broker is busy.
   */
  readonly isRetriable?: (code: ErrorName) => boolean;
}

/**
 * Repeats a request for as long as the broker says that it was too busy to do it.
 *
 * @throws what else the request throws, at once
 */
export async function untilTaken<Response>(
  cluster: Cluster,
  request: () => Promise<Response>,
  { attempts = ATTEMPTS, isRetriable = isBusy }: Patience = {},
): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      if (attempt >= attempts || !(error instanceof ProtocolError) || !isRetriable(error.code)) {
        throw error;
      }
    }
    const pause = attempt === 1 ? FIRST_PAUSE_MS : PAUSE_MS * attempt;
    await cluster.pause(Math.min(pause, LONGEST_PAUSE_MS));
  }
}

export function isBusy(code: ErrorName): boolean {
  return BUSY.has(code);
}
