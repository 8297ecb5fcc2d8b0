import { createRequire } from 'node:module';
import { protocolErrorOf, TopicError } from './errors.ts';
import { whileBusy } from './while-busy.ts';

/** The part of AddPartitionsToTxn that is used. */
interface Partitions {
  readonly topics: readonly { readonly topic: string }[];
}

/** The part of kafkajs 2.2.4's broker that the fix touches. */
interface Broker {
  initProducerId: (this: Broker, request: unknown) => Promise<unknown>;
  addOffsetsToTxn: (this: Broker, request: unknown) => Promise<unknown>;
  addPartitionsToTxn: (this: Broker, request: Partitions) => Promise<unknown>;
}

const REFUSED = 'TOPIC_AUTHORIZATION_FAILED';
/** What is said of the other topics when one is refused. */
const NOT_ATTEMPTED = 'OPERATION_NOT_ATTEMPTED';

const FIXED = Symbol.for('login-pipeline.transaction-fix');

/**
 * Mends how offsets and topics are taken into a transaction. Nothing is written to it before, so that asking again is
 * harmless, where a send as a whole must not be repeated:
 *
 * - Right after the last transaction its coordinator is busy: it is asked again, where kafkajs gives up the send, or waits 300
 *   ms for its producer id.
 * - Of several topics kafkajs tells one error, maybe that of a topic which was not looked at because another one is refused.
 *   They are asked for one by one, so that the refused one is known: a TopicError.
 */
export function installTransactionFix(): void {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/broker') as {
    prototype: Broker & { [FIXED]?: true };
  };
  if (prototype[FIXED] === true) return;
  prototype[FIXED] = true;

  const { initProducerId, addOffsetsToTxn, addPartitionsToTxn } = prototype;
  prototype.initProducerId = function (request) {
    return whileBusy(() => initProducerId.call(this, request));
  };
  prototype.addOffsetsToTxn = function (request) {
    return whileBusy(() => addOffsetsToTxn.call(this, request));
  };
  prototype.addPartitionsToTxn = async function (request) {
    const add = (topics: Partitions['topics']): Promise<unknown> =>
      whileBusy(() => addPartitionsToTxn.call(this, { ...request, topics }));
    try {
      return await add(request.topics);
    } catch (error) {
      const told = protocolErrorOf(error);
      if (told !== REFUSED && told !== NOT_ATTEMPTED) throw error;
    }
    for (const one of request.topics) {
      try {
        await add([one]);
      } catch (error) {
        throw protocolErrorOf(error) === REFUSED ? new TopicError(one.topic, error) : error;
      }
    }
    return undefined;
  };
}
