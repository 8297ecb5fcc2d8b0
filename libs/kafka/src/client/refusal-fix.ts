import { createRequire } from 'node:module';

type Callback = (chosen: unknown) => Promise<unknown>;

/** The part of kafkajs 2.2.4's broker pool that the fix touches. */
interface BrokerPool {
  /** Asks one broker after the other; null when none gave an answer, whatever they said instead. */
  withBroker: (callback: Callback) => Promise<unknown>;
}

const FIXED = Symbol.for('login-pipeline.refusal-fix');

/**
 * Makes kafkajs tell that it may not see a group's or a transaction's coordinator: it forgets what the brokers said, and
 * reports that no coordinator was found.
 */
export function installRefusalFix(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/cluster/brokerPool') as {
    prototype: BrokerPool & { [FIXED]?: true };
  };
  if (prototype[FIXED] === true) return;
  prototype[FIXED] = true;
  const withBroker = prototype.withBroker;
  prototype.withBroker = async function (this: BrokerPool, callback: Callback) {
    let refusal: Error | undefined;
    const answer = await withBroker.call(this, async (chosen) => {
      try {
        return await callback(chosen);
      } catch (error) {
        if (isRefusal(error)) refusal = error;
        throw error;
      }
    });
    if (answer === null && refusal !== undefined) throw refusal;
    return answer;
  };
}

function isRefusal(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'type' in error &&
    String(error.type).endsWith('_AUTHORIZATION_FAILED')
  );
}
