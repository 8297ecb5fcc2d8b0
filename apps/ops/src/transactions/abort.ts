import { Failure, say, wrongArgument } from '@login-pipeline/command';
import type { TransactionsAdmin } from '@login-pipeline/nest-streams/operations';
import type { TransactionsCommand } from './arguments.ts';
import { endingOf, judge } from './ending.ts';
import type { JudgedTransaction } from './ending.ts';
import { nameOf, openLines } from './report.ts';

/** An abort that was not to be carried out. */
const ONLY_PLANNED = 1;

/**
 * Ends the transaction that a partition's readers wait at.
 *
 * @param topics all that there are to choose from
 * @returns the exit code
 * @throws {Failure} that says what to do instead
 */
export async function abort(
  admin: TransactionsAdmin,
  { partition, topic, yes }: Extract<TransactionsCommand, { command: 'abort' }>,
  topics: readonly string[],
): Promise<number> {
  if (topic !== undefined && !topics.includes(topic)) {
    throw wrongArgument('--topic', `one of ${topics.join(', ')}`);
  }
  const chosen = topic === undefined ? topics : [topic];
  admin.requirePartition(partition, chosen);
  const found = await admin.find();
  const isMeant = (place: { readonly topic: string; readonly partition: number }): boolean =>
    place.partition === partition && chosen.includes(place.topic);
  const leaderless = found.leaderless.filter(isMeant);
  const judged = found.open.filter(isMeant).map((transaction) => judge(transaction, admin));
  const [first, ...others] = judged;
  if (first === undefined) {
    if (leaderless.length > 0) {
      const names = leaderless.map(nameOf).join(', ');
      throw new Failure(`${names}: there is no leader. Start the brokers that have it first.`);
    }
    say(`no transaction stays open in partition ${partition} of ${chosen.join(', ')}`);
    return 0;
  }
  if (others.length > 0) {
    const names = judged.map(({ transaction }) => transaction.topic).join(', ');
    throw wrongArgument('--topic', `one of ${names}: each has one open in partition ${partition}`);
  }
  return abortOne(admin, first, yes);
}

async function abortOne(
  admin: TransactionsAdmin,
  judged: JudgedTransaction,
  yes: boolean,
): Promise<number> {
  const { transaction, isOurs } = judged;
  for (const line of openLines(judged)) say(line);
  const isRunning = isOurs && (await admin.isRunning());
  const ending = endingOf(judged, isRunning);
  if (ending.by === 'none') throw new Failure(`Nothing is changed: ${ending.instead}.`);
  say(ending.what);
  if (!yes) {
    say('nothing is changed; --yes carries it out');
    return ONLY_PLANNED;
  }
  if (ending.by === 'mark') await admin.abort(transaction);
  else await admin.takeOver(ending.id);
  if (await admin.hasEnded(transaction)) {
    say('done: it is aborted');
    return 0;
  }
  const where = nameOf(transaction);
  throw new Failure(`${where}: it is still open. Look again: npm run transactions -- list`);
}
