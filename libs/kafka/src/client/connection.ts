import { readFileSync } from 'node:fs';
import type { Logger } from '@login-pipeline/observability';
import type { Kafka as KafkaClient, KafkaConfig, SASLOptions } from 'kafkajs';
import { kafkajs, logLevel } from './kafkajs.ts';
import type { RecordBatches } from './kafkajs.ts';
import { clientLog } from './client-log.ts';
import { installCodecs } from './compression.ts';
import { installRequestQueueFix } from './request-queue-fix.ts';

/** How to reach and convince the brokers. */
export interface KafkaConnection {
  /** `host:port` of some brokers; the rest is learnt from them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** `false`: plain text. Otherwise TLS; the files are PEM and read at every connection. */
  readonly ssl: false | KafkaTlsFiles;
  readonly sasl?: KafkaCredentials | undefined;
  /** Whose code encodes and decodes record batches: the same for all connections of a process. Absent: ours. */
  readonly recordBatches?: RecordBatches | undefined;
}

export interface KafkaTlsFiles {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

export interface KafkaCredentials {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/**
 * How long a client keeps trying: `start` gives up within seconds, so that a wrong address is told at
 * once; `run` outlives a broker's restart.
 */
export type Patience = 'start' | 'run';

const RETRY = {
  start: { retries: 4, initialRetryTime: 200, maxRetryTime: 1_500 },
  run: { retries: 8, initialRetryTime: 100, maxRetryTime: 5_000 },
} as const;

/**
 * A kafkajs client. Each one has its own table of committed offsets: a consumer must not share a client
 * with a transactional producer, because kafkajs enters offsets there before their transaction commits.
 */
export function createClient(
  { brokers, clientId, ssl, sasl, recordBatches = 'own' }: KafkaConnection,
  logger: Logger,
  patience: Patience,
): KafkaClient {
  const { Kafka } = kafkajs(recordBatches);
  installCodecs();
  installRequestQueueFix();
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: RETRY[patience],
    logLevel: logLevel.INFO,
    // At start the one error that ends it all tells enough.
    logCreator: clientLog(logger, patience === 'start' ? 'debug' : 'warn'),
  };
  if (ssl !== false) config.ssl = readTlsFiles(ssl);
  if (sasl !== undefined) config.sasl = { ...sasl } as SASLOptions;
  return new Kafka(config);
}

function readTlsFiles({ caFile, certFile, keyFile }: KafkaTlsFiles): {
  ca?: string[];
  cert?: string;
  key?: string;
} {
  return {
    ...(caFile === undefined ? {} : { ca: [readFileSync(caFile, 'utf8')] }),
    ...(certFile === undefined ? {} : { cert: readFileSync(certFile, 'utf8') }),
    ...(keyFile === undefined ? {} : { key: readFileSync(keyFile, 'utf8') }),
  };
}
