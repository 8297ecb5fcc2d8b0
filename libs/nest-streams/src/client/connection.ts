import type { KafkaCredentials } from '../security/sasl.ts';
import type { KafkaTlsFiles } from '../security/tls-contexts.ts';

/** How to reach and convince the brokers. */
export interface KafkaConnection {
  /** `host:port` of some brokers; the rest is learnt from them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** `false`: plain text. Otherwise TLS; the files are PEM and read at every connection. */
  readonly ssl: false | KafkaTlsFiles;
  readonly sasl?: KafkaCredentials | undefined;
}
