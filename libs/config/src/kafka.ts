import { BOOLEAN, BROKERS, oneOf, READABLE_FILE, TEXT } from './formats.ts';
import { concern, fileVariable, setting } from './setting.ts';
import type { Concern, Fault, TextOf } from './setting.ts';

/** How to reach the brokers. */
export interface KafkaSettings {
  /** Bootstrap addresses, `host:port`. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** TLS with the system's trust store, or with the PEM files named here. */
  readonly ssl: false | TlsFiles;
  readonly sasl?: SaslSettings;
  /** Whose code encodes and decodes record batches: ours, or the client's own. */
  readonly recordBatches: 'own' | 'kafkajs';
}

export interface TlsFiles {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

export interface SaslSettings {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

const BROKER_LIST = setting('KAFKA_BROKERS', {
  description: 'Bootstrap brokers',
  format: BROKERS,
  default: 'localhost:29092',
});
const SSL = setting('KAFKA_SSL', {
  description: 'Encrypt connections to the brokers (TLS)',
  format: BOOLEAN,
  default: 'false',
});
const CA_FILE = setting('KAFKA_SSL_CA_FILE', {
  description: "PEM file of the authorities to trust instead of Node's own list",
  format: READABLE_FILE,
});
const CERT_FILE = setting('KAFKA_SSL_CERT_FILE', {
  description: 'PEM file of the client certificate (mutual TLS)',
  format: READABLE_FILE,
});
const KEY_FILE = setting('KAFKA_SSL_KEY_FILE', {
  description: "PEM file of the client certificate's private key",
  format: READABLE_FILE,
});
const MECHANISM = setting('KAFKA_SASL_MECHANISM', {
  description: 'How to authenticate; not set: no authentication',
  format: oneOf(['plain', 'scram-sha-256', 'scram-sha-512']),
});
const USERNAME = setting('KAFKA_SASL_USERNAME', {
  description: 'User name for SASL',
  format: TEXT,
});
const PASSWORD = setting('KAFKA_SASL_PASSWORD', {
  description: 'Password for SASL',
  format: TEXT,
  secret: true,
});

const RECORD_BATCHES = setting('KAFKA_RECORD_BATCHES', {
  description: "Code for record batches: `own`, or the client's, to tell whose fault something is",
  format: oneOf(['own', 'kafkajs']),
  default: 'own',
});

/** @param clientId default of KAFKA_CLIENT_ID */
export function kafka(clientId: string): Concern<KafkaSettings> {
  return concern(
    {
      brokers: BROKER_LIST,
      clientId: setting('KAFKA_CLIENT_ID', {
        description: 'Name of this client in broker logs and quotas',
        format: TEXT,
        default: clientId,
      }),
      ssl: SSL,
      caFile: CA_FILE,
      certFile: CERT_FILE,
      keyFile: KEY_FILE,
      mechanism: MECHANISM,
      username: USERNAME,
      password: PASSWORD,
      recordBatches: RECORD_BATCHES,
    },
    {
      rules: (text) => [...tlsFaults(text), ...saslFaults(text)],
      shape: ({
        brokers,
        clientId,
        ssl,
        mechanism,
        username,
        password,
        recordBatches,
        ...files
      }) => ({
        brokers,
        clientId,
        ssl: ssl && {
          ...(files.caFile !== undefined && { caFile: files.caFile }),
          ...(files.certFile !== undefined && { certFile: files.certFile }),
          ...(files.keyFile !== undefined && { keyFile: files.keyFile }),
        },
        ...(mechanism !== undefined &&
          username !== undefined &&
          password !== undefined && { sasl: { mechanism, username, password } }),
        recordBatches,
      }),
    },
  );
}

/** @returns what is allowed but unwise about a connection, one sentence each */
export function kafkaWarnings(settings: KafkaSettings): readonly string[] {
  return settings.sasl?.mechanism === 'plain' && settings.ssl === false
    ? ['KAFKA_SASL_MECHANISM=plain without KAFKA_SSL=true sends the password unencrypted.']
    : [];
}

function tlsFaults(text: TextOf): Fault[] {
  const faults: Fault[] = [];
  const files = [CA_FILE, CERT_FILE, KEY_FILE].map(({ name }) => name);
  if (text(SSL.name) === 'false') {
    for (const name of files.filter((file) => text(file) !== undefined)) {
      faults.push({ name, problem: `has no effect without ${SSL.name}=true` });
    }
  }
  faults.push(...needs(text, CERT_FILE.name, KEY_FILE.name));
  faults.push(...needs(text, KEY_FILE.name, CERT_FILE.name));
  return faults;
}

function saslFaults(text: TextOf): Fault[] {
  return [
    ...needs(text, MECHANISM.name, USERNAME.name),
    ...needs(text, MECHANISM.name, PASSWORD.name),
    ...needs(text, USERNAME.name, MECHANISM.name),
    ...needs(text, PASSWORD.name, MECHANISM.name),
  ];
}

function needs(text: TextOf, name: string, other: string): Fault[] {
  if (text(name) === undefined || text(other) !== undefined) return [];
  const how = other === PASSWORD.name ? `${other} or ${fileVariable(PASSWORD.name)}` : other;
  return [{ name, problem: `needs ${how} too` }];
}
