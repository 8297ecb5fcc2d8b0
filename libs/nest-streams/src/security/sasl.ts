import type { Logger } from '@login-pipeline/observability';
import { saslMechanism } from '@login-pipeline/streams-kafkajs';
import type { Authenticator, Mechanism } from '@login-pipeline/streams-kafkajs';
import { errorText, RefusedForNowError } from '../client/errors.ts';
import { OAuthTokens } from './oauth-tokens.ts';
import type { OAuthClient } from './oauth-tokens.ts';

export type KafkaCredentials = PasswordCredentials | OAuthCredentials;

export interface PasswordCredentials {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  /** Read for every authentication. */
  readonly password: () => string;
}

export interface OAuthCredentials extends OAuthClient {
  readonly mechanism: 'oauthbearer';
}

/** How long brokers may refuse what they took before: as long as a new password is at one side and not at the other. */
const GRACE_MS = 60_000;

/** All clients of a service share what is known about its credentials. */
const knownCredentials = new WeakMap<KafkaCredentials, SaslCredentials>();

/** @returns what kafkajs takes: it asks for current secrets whenever it authenticates a connection */
export function saslOptions(credentials: KafkaCredentials, logger: Logger): Mechanism {
  const known = knownCredentials.get(credentials) ?? new SaslCredentials(credentials, logger);
  knownCredentials.set(credentials, known);
  const { mechanism } = credentials;
  return {
    mechanism,
    authenticationProvider: (args) => {
      const { options, refused } = known.begin();
      const { authenticate } = saslMechanism(mechanism)(options)(args);
      return { authenticate: () => known.attempt(authenticate, refused) };
    },
  };
}

/** Credentials of one connection. */
interface Presented {
  /** As kafkajs' code for the mechanism reads them, each time. */
  readonly options: object;
  /** The broker did not take them. */
  readonly refused: () => void;
}

/** Credentials, and how the brokers took them. */
class SaslCredentials {
  readonly begin: () => Presented;
  readonly #logger: Logger;
  #password: string | undefined;
  #accepted = false;
  #refusedSince: number | undefined;

  constructor(credentials: KafkaCredentials, logger: Logger) {
    this.#logger = logger;
    if (credentials.mechanism === 'oauthbearer') {
      const tokens = new OAuthTokens(credentials, logger);
      this.begin = () => presenting(tokens);
    } else {
      const { username, password } = credentials;
      const read = () => this.#read(password);
      const options = {
        username,
        get password() {
          return read();
        },
      };
      this.begin = () => ({ options, refused: () => undefined });
    }
  }

  /** @throws RefusedForNowError while brokers that took the credentials before may do so again */
  async attempt(
    authenticate: Authenticator['authenticate'],
    refused: Presented['refused'],
  ): Promise<void> {
    try {
      await authenticate();
    } catch (error) {
      const isRefusal = error instanceof Error && error.name === 'KafkaJSSASLAuthenticationError';
      if (isRefusal) refused();
      if (!isRefusal || !this.#accepted) throw error;
      this.#refusedSince ??= performance.now();
      if (performance.now() - this.#refusedSince > GRACE_MS) throw error;
      throw new RefusedForNowError(error.message);
    }
    this.#accepted = true;
    this.#refusedSince = undefined;
  }

  /** While its file is replaced, the last password stays in use. */
  #read(password: () => string): string {
    try {
      this.#password = password();
    } catch (error) {
      if (this.#password === undefined) throw error;
      const cause = errorText(error);
      this.#logger.warn({ cause }, 'The password cannot be read: the last one is used');
    }
    return this.#password;
  }
}

function presenting(tokens: OAuthTokens): Presented {
  let presented = '';
  return {
    options: {
      oauthBearerProvider: async () => {
        presented = await tokens.value();
        return { value: presented };
      },
    },
    refused: () => {
      tokens.refused(presented);
    },
  };
}
