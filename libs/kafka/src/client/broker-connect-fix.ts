import { createRequire } from 'node:module';

/** The part of kafkajs 2.2.4's broker that the fix touches. */
interface Broker {
  readonly brokerAddress: string;
  connect: () => Promise<void>;
}

type ConnectionError = new (
  message: string,
  options: { readonly broker: string; readonly code: string },
) => Error;

const FIXED = Symbol.for('login-pipeline.broker-connect-fix');

/**
 * Makes kafkajs take a connection that is closed while it is set up for one that was refused. Proxies and load
 * balancers before a dead broker accept connections and close them; kafkajs goes to another broker only when it is
 * refused, and otherwise asks the same one until it gives up.
 */
export function installBrokerConnectFix(): void {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/broker') as {
    prototype: Broker & { [FIXED]?: true };
  };
  if (prototype[FIXED] === true) return;
  prototype[FIXED] = true;
  const { KafkaJSConnectionError } = require('kafkajs/src/errors') as {
    KafkaJSConnectionError: ConnectionError;
  };
  const connect = prototype.connect;
  prototype.connect = async function (this: Broker) {
    try {
      await connect.call(this);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'KafkaJSConnectionClosedError') throw error;
      const options = { broker: this.brokerAddress, code: 'ECONNREFUSED' };
      throw new KafkaJSConnectionError(error.message, options);
    }
  };
}
