import { createRequire } from 'node:module';

type Callback = (chosen: unknown) => Promise<unknown>;

/** The part of kafkajs 2.2.4's broker pool that the fix touches. */
interface BrokerPool {
  /** Asks one broker after the other; null when none gave an answer, whatever they said instead. */
  withBroker: (callback: Callback) => Promise<unknown>;
}

/** The part of kafkajs 2.2.4's cluster that the fix touches. */
interface Cluster {
  readonly brokerPool: BrokerPool;
  metadata: (wanted?: object) => Promise<unknown>;
}

const FIXED = Symbol.for('login-pipeline.refusal-fix');

/**
 * Makes kafkajs say why no broker gave an answer. It forgets what they said: of a coordinator that it may not see it
 * reports that none was found, and of the cluster it takes nothing for an answer, and stumbles over that.
 */
export function installRefusalFix(): void {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/cluster/brokerPool') as {
    prototype: BrokerPool & { [FIXED]?: true };
  };
  if (prototype[FIXED] === true) return;
  prototype[FIXED] = true;
  const failures = new WeakMap<BrokerPool, unknown>();
  const withBroker = prototype.withBroker;
  prototype.withBroker = async function (this: BrokerPool, callback: Callback) {
    let refusal: Error | undefined;
    const answer = await withBroker.call(this, async (chosen) => {
      try {
        return await callback(chosen);
      } catch (error) {
        if (isRefusal(error)) refusal = error;
        failures.set(this, error);
        throw error;
      }
    });
    if (answer === null && refusal !== undefined) throw refusal;
    return answer;
  };

  const { prototype: cluster } = require('kafkajs/src/cluster') as { prototype: Cluster };
  const { metadata } = cluster;
  cluster.metadata = async function (wanted) {
    const answer = await metadata.call(this, wanted);
    if (answer === null) throw failures.get(this.brokerPool);
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
