import type { Logger } from '@login-pipeline/observability';
import type { Kafka as KafkaClient, KafkaConfig } from 'kafkajs';
import { saslOptions } from '../security/sasl.ts';
import type { KafkaCredentials } from '../security/sasl.ts';
import { tlsSockets } from '../security/tls-sockets.ts';
import type { KafkaTlsFiles } from '../security/tls-sockets.ts';
import { kafkajs, logLevel } from './kafkajs.ts';
import { installBrokerConnectFix } from './broker-connect-fix.ts';
import { clientLog } from './client-log.ts';
import { installCodecs } from './compression.ts';
import { plainSockets } from './plain-sockets.ts';
import { installRefusalFix } from './refusal-fix.ts';
import { installMetadataFix } from './metadata-fix.ts';
import { installRequestQueueFix } from './request-queue-fix.ts';

/** How to reach and convince the brokers. */
export interface KafkaConnection {
  /** `host:port` of some brokers; the rest is learnt from them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** `false`: plain text. Otherwise TLS; the files are PEM and read at every connection. */
  readonly ssl: false | KafkaTlsFiles;
  readonly sasl?: KafkaCredentials | undefined;
}

/**
 * How long a client keeps trying: `start` gives up within seconds, so that a wrong address is told at
 * once; `run` outlives a broker's restart, half a minute, and looks once a second whether it is over; `look` leaves at
 * once what does not answer.
 */
export type Patience = 'start' | 'run' | 'look';

const RETRY = {
  start: { retries: 4, initialRetryTime: 200, maxRetryTime: 1_500 },
  run: { retries: 30, initialRetryTime: 100, maxRetryTime: 1_000 },
  look: { retries: 1, initialRetryTime: 50, maxRetryTime: 100 },
} as const;

/** @returns a kafkajs client, mended: for administration, for producers of commands and of tests */
export function createClient(
  { brokers, clientId, ssl, sasl }: KafkaConnection,
  logger: Logger,
  patience: Patience,
): KafkaClient {
  const { Kafka } = kafkajs();
  installCodecs();
  installRequestQueueFix();
  installBrokerConnectFix();
  installMetadataFix();
  installRefusalFix();
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: RETRY[patience],
    socketFactory: plainSockets,
    logLevel: logLevel.INFO,
    // Where one error ends it all, that one tells enough.
    logCreator: clientLog(logger, patience === 'run' ? 'warn' : 'debug'),
  };
  if (ssl !== false) {
    // For kafkajs' own log alone: the sockets know no other way than TLS.
    config.ssl = true;
    config.socketFactory = tlsSockets(ssl, logger);
  }
  if (sasl !== undefined) config.sasl = saslOptions(sasl, logger);
  return new Kafka(config);
}
