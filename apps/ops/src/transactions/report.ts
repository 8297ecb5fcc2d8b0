import type { OpenTransactions } from '@login-pipeline/nest-streams/operations';
import { outlook } from './ending.ts';
import type { JudgedTransaction } from './ending.ts';
import { timeText } from './time-text.ts';

/** @returns what is open in some topics, whose it is, and what will become of it */
export function transactionLines(
  judged: readonly JudgedTransaction[],
  leaderless: OpenTransactions['leaderless'],
  topics: readonly string[],
): readonly string[] {
  const lines = judged.flatMap((one) => [...openLines(one), `  ${outlook(one)}`]);
  return [
    ...(lines.length === 0 ? [`no transaction stays open in ${topics.join(', ')}`] : lines),
    ...leaderless.map((place) => `${nameOf(place)}: it has no leader, and was not looked at`),
  ];
}

/** @returns where a transaction is open, since when, and whose it is */
export function openLines(judged: JudgedTransaction): readonly string[] {
  return [placeLine(judged), ownerLine(judged)];
}

/** @returns a partition's name, to people */
export function nameOf(place: { readonly topic: string; readonly partition: number }): string {
  return `${place.topic}, partition ${place.partition}`;
}

function placeLine({ transaction }: JudgedTransaction): string {
  const { offset, coordinated, lastTimestamp, fate } = transaction;
  const where = `${nameOf(transaction)}: a transaction is open from offset ${offset} on`;
  if (fate === 'open' && coordinated !== undefined) {
    return `${where}, since ${timeText(coordinated.startedAt)}`;
  }
  // Only its coordinator knows when a transaction began.
  return lastTimestamp < 0n ? where : `${where}, its last record is of ${timeText(lastTimestamp)}`;
}

function ownerLine({ transaction, isOurs }: JudgedTransaction): string {
  const { producerId, epoch, coordinated } = transaction;
  const producer = `  producer ${producerId}, epoch ${epoch}`;
  if (coordinated === undefined) return `${producer}, of no transactional id that is known`;
  const { transactionalId, state, timeoutMs } = coordinated;
  const whose = isOurs ? ", the transformer's" : '';
  const limit = `time-out ${timeoutMs / 1_000} s`;
  return `${producer}, transactional id "${transactionalId}"${whose}: ${state}, ${limit}`;
}
