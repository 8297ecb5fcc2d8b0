import { groupRights } from '../group/group-rights.ts';
import { errorText, KafkaUnavailableError, refusedTopic } from '../client/errors.ts';
import { rightsOf } from '../client/topics.ts';
import { refusalOf } from '../security/rights.ts';
import { RecordsRefusedError } from './refused-outputs.ts';
import { transactionRights } from './require-transactions.ts';
import type { TransactionalOptions } from './transactional-options.ts';

/** @returns what ends a consumer whose transaction the brokers refuse: it names the topics in question and their settings */
export function transactionRefusal(error: unknown, options: TransactionalOptions): Error {
  // What reads the latest records back has rights of its own, and names them.
  if (error instanceof KafkaUnavailableError) return error;
  const { output, deadLetter, latest, input, groupId } = options;
  const targets = [output, deadLetter, ...(latest === undefined ? [] : [latest])];
  const known = refusedTopics(error);
  const refused = targets.filter(({ topic }) => known.length === 0 || known.includes(topic));
  const refusal = refusalOf(error, {
    ...groupRights({ ...input, groupId }),
    ...transactionRights(options),
    TOPIC_AUTHORIZATION_FAILED: refused.flatMap((target) =>
      rightsOf({ ...target, operations: ['Write'] }),
    ),
  });
  if (refusal !== undefined) return refusal;
  const names = refused.map(({ topic, setting }) => `"${topic}" (${setting})`).join(' and ');
  return new KafkaUnavailableError(
    `The brokers refuse a transaction to ${names}: ${errorText(error)}. Nothing of it was committed.`,
    { cause: error },
  );
}

/** @returns the topics that an error is known to be about */
function refusedTopics(error: unknown): readonly string[] {
  if (error instanceof RecordsRefusedError) return error.refused.map(({ topic }) => topic);
  const topic = refusedTopic(error);
  return topic === undefined ? [] : [topic];
}
