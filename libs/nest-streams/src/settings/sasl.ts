import {
  fileVariable,
  oneOf,
  SECRET,
  setting,
  TEXT,
  withoutUndefined,
} from '@login-pipeline/config';
import type { Fault, Secret, TextOf } from '@login-pipeline/config';
import type { KafkaCredentials } from '../security/sasl.ts';
import { TOKEN_ENDPOINT } from './formats.ts';

export const MECHANISM = setting('KAFKA_SASL_MECHANISM', {
  description: 'How to authenticate; not set: no authentication',
  format: oneOf(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']),
});
export const USERNAME = setting('KAFKA_SASL_USERNAME', {
  description: 'User name for `plain` and `scram-…`',
  format: TEXT,
});
export const PASSWORD = setting('KAFKA_SASL_PASSWORD', {
  description: 'Password for `plain` and `scram-…`',
  format: SECRET,
  secret: true,
});
export const TOKEN_ENDPOINT_URL = setting('KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL', {
  description: 'Where `oauthbearer` gets its tokens (client credentials grant)',
  format: TOKEN_ENDPOINT,
});
export const CLIENT_ID = setting('KAFKA_SASL_OAUTHBEARER_CLIENT_ID', {
  description: 'Client for `oauthbearer`',
  format: TEXT,
});
export const CLIENT_SECRET = setting('KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET', {
  description: "The client's secret for `oauthbearer`",
  format: SECRET,
  secret: true,
});
export const SCOPE = setting('KAFKA_SASL_OAUTHBEARER_SCOPE', {
  description: 'Scope to ask for with `oauthbearer`',
  format: TEXT,
});

const OF_PASSWORDS = [USERNAME.name, PASSWORD.name];
const OF_OAUTH = [TOKEN_ENDPOINT_URL.name, CLIENT_ID.name, CLIENT_SECRET.name];
const OAUTH_ONLY = [...OF_OAUTH, SCOPE.name];
const SECRETS = [PASSWORD.name, CLIENT_SECRET.name];

/** @returns the settings that the mechanism needs and does not have, or has in vain */
export function saslFaults(text: TextOf): Fault[] {
  const mechanism = text(MECHANISM.name);
  const given = (names: readonly string[]) => names.filter((name) => text(name) !== undefined);
  const inVain = (names: readonly string[], problem: string): Fault[] =>
    given(names).map((name) => ({ name, problem }));

  if (mechanism === undefined) {
    return inVain([...OF_PASSWORDS, ...OAUTH_ONLY], `needs ${MECHANISM.name} too`);
  }
  const isOAuth = mechanism === 'oauthbearer';
  const needed = isOAuth ? OF_OAUTH : OF_PASSWORDS;
  const missing = needed
    .filter((name) => text(name) === undefined)
    .map((name) => ({ name: MECHANISM.name, problem: `needs ${variablesOf(name)} too` }));
  const useless = isOAuth
    ? inVain(OF_PASSWORDS, `has no effect with ${MECHANISM.name}=oauthbearer`)
    : inVain(OAUTH_ONLY, `has no effect without ${MECHANISM.name}=oauthbearer`);
  return [...missing, ...useless];
}

interface SaslValues {
  readonly mechanism: KafkaCredentials['mechanism'] | undefined;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  readonly tokenEndpointUrl: string | undefined;
  readonly oauthClientId: string | undefined;
  readonly clientSecret: Secret | undefined;
  readonly scope: string | undefined;
}

/** @returns undefined without a mechanism; values that passed {@link saslFaults} are complete */
export function saslOf(values: SaslValues): KafkaCredentials | undefined {
  const { mechanism, username, password } = values;
  const { tokenEndpointUrl, oauthClientId: clientId, clientSecret, scope } = values;
  if (mechanism === 'oauthbearer') {
    return tokenEndpointUrl !== undefined && clientId !== undefined && clientSecret !== undefined
      ? { mechanism, tokenEndpointUrl, clientId, clientSecret, ...withoutUndefined({ scope }) }
      : undefined;
  }
  return mechanism !== undefined && username !== undefined && password !== undefined
    ? { mechanism, username, password }
    : undefined;
}

function variablesOf(name: string): string {
  return SECRETS.includes(name) ? `${name} or ${fileVariable(name)}` : name;
}
