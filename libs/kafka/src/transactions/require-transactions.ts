import type { Logger } from '@login-pipeline/observability';
import { createClient } from '../client/connection.ts';
import type { KafkaConnection } from '../client/connection.ts';
import { kafkajs } from '../client/kafkajs.ts';
import type { TopicRole } from '../client/topics.ts';
import { errorText } from '../client/errors.ts';
import { refusalOf } from '../security/rights.ts';
import type { NeededRights } from '../security/rights.ts';
import { transactionalIdPrefix } from './partition-producer.ts';

interface Source {
  readonly groupId: string;
  readonly input: TopicRole;
}

/**
 * Makes sure, before the first record, that transactions are not forbidden: asks for a producer under an id that no partition
 * has.
 *
 * @throws KafkaUnavailableError that names the missing right
 */
export async function requireTransactions(
  connection: KafkaConnection,
  logger: Logger,
  source: Source,
): Promise<void> {
  const producer = createClient(connection, logger, 'start').producer({
    transactionalId: `${prefixOf(source)}start`,
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs().Partitioners.DefaultPartitioner,
  });
  try {
    await producer.connect();
    await producer.transaction();
  } catch (error) {
    const refusal = refusalOf(error, transactionRights(source));
    if (refusal !== undefined) throw refusal;
    // A coordinator that is not there yet may be by the first record.
    logger.debug({ cause: errorText(error) }, 'Transactions are not checked');
  } finally {
    await producer.disconnect().catch(() => undefined);
  }
}

/** @returns what a transactional producer of the source must be allowed to do */
export function transactionRights(source: Source): NeededRights {
  return {
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [
      {
        operation: 'Write',
        resource: 'transactional id',
        name: prefixOf(source),
        prefixed: true,
        setting: 'GROUP_ID, INPUT_TOPIC',
      },
    ],
  };
}

function prefixOf({ groupId, input }: Source): string {
  return transactionalIdPrefix({ groupId, topic: input.topic });
}
