import type { OpenTransaction, TransactionsAdmin } from '@login-pipeline/nest-streams/operations';
import { timeText } from './time-text.ts';

/** A transaction that stays open, and whose it is. */
export interface JudgedTransaction {
  readonly transaction: OpenTransaction;
  /** Whether its id is one of the transformer's. */
  readonly isOurs: boolean;
}

/** How a command ends a transaction: by a mark in its partition, by taking its id over, or not at all. */
export type Ending =
  | { readonly by: 'mark'; readonly what: string }
  | { readonly by: 'take-over'; readonly id: string; readonly what: string }
  | { readonly by: 'none'; readonly instead: string };

export function judge(
  transaction: OpenTransaction,
  admin: Pick<TransactionsAdmin, 'isOurs'>,
): JudgedTransaction {
  const id = transaction.coordinated?.transactionalId;
  return { transaction, isOurs: id !== undefined && admin.isOurs(id) };
}

/**
 * A mark aborts what is in one partition, whatever becomes of the rest: only what no coordinator has, or what it aborted itself,
 * may end like that.
 *
 * @param isRunning whether the transformer runs
 */
export function endingOf(judged: JudgedTransaction, isRunning: boolean): Ending {
  const { transaction, isOurs } = judged;
  const { fate, coordinated } = transaction;
  if (fate === 'open' && isOurs && coordinated !== undefined) {
    const { transactionalId: id } = coordinated;
    const what = `takes "${id}" over: its coordinator aborts the transaction, here and elsewhere`;
    return { by: 'take-over', id, what };
  }
  if (fate === 'lost' && isOurs && isRunning) {
    const instead =
      'members of the transformer may be about to end it. Stop them first, then look again';
    return { by: 'none', instead };
  }
  if (fate === 'lost' || (fate === 'aborted' && !isOurs)) {
    const { producerId, epoch, offset } = transaction;
    const what = `aborts what producer ${producerId}, epoch ${epoch}, has written here from offset ${offset} on`;
    return { by: 'mark', what };
  }
  return { by: 'none', instead: outlook(judged) };
}

/** @returns what will become of a transaction, and what ends it */
export function outlook({ transaction, isOurs }: JudgedTransaction): string {
  const { fate, coordinated } = transaction;
  const missed = `its coordinator has ${fate} the last transaction of this id, and the mark is missing here (KAFKA-20734)`;
  switch (fate) {
    case 'open': {
      const { startedAt = 0n, timeoutMs = 0 } = coordinated ?? {};
      const end = timeText(startedAt + BigInt(timeoutMs));
      const wait = `it times out at ${end}, and its coordinator aborts it some 10 s later at most`;
      return isOurs
        ? `start the transformer, whose members end what dead ones left open; without them ${wait}`
        : `${wait}. Its producer aborts it when it starts anew under its id`;
    }
    case 'ending':
      return 'its coordinator writes the marks; if this lasts, look for partitions without leader (npm run doctor)';
    case 'committed':
      return isOurs
        ? `${missed}: start the transformer, whose members end it again as it ended`
        : `${missed}: an abort could take back a part of what was committed. Its producer ends it with its next transaction here`;
    case 'aborted':
      return isOurs
        ? `${missed}: start the transformer, whose members end it again as it ended`
        : `${missed}: "npm run transactions -- abort" writes it`;
    case 'left':
      return 'its producer has another transaction by now, which does not have this partition. Stop that producer, then look again';
    case 'lost':
      return 'no coordinator knows it, and nothing ends it but "npm run transactions -- abort"';
    case 'unknown':
      return 'not all coordinators can be asked: look for partitions of __transaction_state without leader, or allow Describe on it';
  }
}
