import { concern, setting, TEXT, withoutUndefined } from '@login-pipeline/config';
import type { Concern } from '@login-pipeline/config';
import type { KafkaConnection } from '../client/connection.ts';
import { BROKERS } from './formats.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  MECHANISM,
  PASSWORD,
  saslFaults,
  saslOf,
  SCOPE,
  TOKEN_ENDPOINT_URL,
  USERNAME,
} from './sasl.ts';
import { CA_FILE, CERT_FILE, KEY_FILE, SSL, tlsFaults } from './tls.ts';

const BROKER_LIST = setting('KAFKA_BROKERS', {
  description: 'Bootstrap brokers',
  format: BROKERS,
  default: 'localhost:29092',
});

/** @param clientId default of KAFKA_CLIENT_ID */
export function kafka(clientId: string): Concern<KafkaConnection> {
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
      tokenEndpointUrl: TOKEN_ENDPOINT_URL,
      oauthClientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      scope: SCOPE,
    },
    {
      rules: (text) => [...tlsFaults(text), ...saslFaults(text)],
      warnings: unencrypted,
      shape: (values) => {
        const { brokers, clientId, ssl, caFile, certFile, keyFile } = values;
        const sasl = saslOf(values);
        return {
          brokers,
          clientId,
          ssl: ssl && withoutUndefined({ caFile, certFile, keyFile }),
          ...(sasl !== undefined && { sasl }),
        };
      },
    },
  );
}

function unencrypted({ sasl, ssl }: KafkaConnection): readonly string[] {
  if (ssl !== false) return [];
  const sent = { plain: 'password', oauthbearer: 'token' } as const;
  return sasl?.mechanism === 'plain' || sasl?.mechanism === 'oauthbearer'
    ? [
        `KAFKA_SASL_MECHANISM=${sasl.mechanism} without KAFKA_SSL=true sends the ${sent[sasl.mechanism]} unencrypted.`,
      ]
    : [];
}
