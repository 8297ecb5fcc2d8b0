import { parseArgs } from 'node:util';
import { EXIT, Failure } from '@login-pipeline/command';
import { DEFAULT_PORT } from '@login-pipeline/embedded-kafka';

export const KAFKA_HELP = `npm run kafka [-- OPTIONS]

Runs Apache Kafka on this machine with the pipeline's topics until Ctrl-C. Records survive restarts.

  --brokers 1|3  size of the cluster; three replicate everything (default 1)
  --port PORT    port of the first broker, the others follow it (default ${DEFAULT_PORT})
  --secure       with TLS, authentication and the ACLs of deploy/kafka/acls.json; docs/security.md tells how to use it
  --fresh        empties it first
  --help         shows this text
`;

/** Three brokers in a row, and what a secure cluster has 100 and 200 ports further. */
const LAST_PORT = 65_333;

export interface KafkaArguments {
  readonly brokers: 1 | 3;
  readonly port: number;
  readonly secure: boolean;
  readonly fresh: boolean;
  readonly help: boolean;
}

/** @throws {Failure}, or the error of node:util's parseArgs, that names the wrong option */
export function parseKafkaArguments(args: readonly string[]): KafkaArguments {
  const { brokers, port, secure, fresh, help } = parseArgs({
    args: [...args],
    options: {
      brokers: { type: 'string', default: '1' },
      port: { type: 'string', default: String(DEFAULT_PORT) },
      secure: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
  if (brokers !== '1' && brokers !== '3') {
    throw new Failure('--brokers: expected 1 or 3', EXIT.config);
  }
  const portNumber = Number(port);
  if (!Number.isInteger(portNumber) || portNumber < 1 || portNumber > LAST_PORT) {
    throw new Failure(`--port: expected a port number, 1 to ${LAST_PORT}`, EXIT.config);
  }
  return { brokers: brokers === '1' ? 1 : 3, port: portNumber, secure, fresh, help };
}
