import type { Logger } from '@login-pipeline/observability';
import { AuthenticationError } from '@login-pipeline/streams';
import type { Credentials, Secret } from '@login-pipeline/streams';
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
const knownCredentials = new WeakMap<KafkaCredentials, Credentials>();

/** @returns what is asked for the current secret whenever a connection is authenticated */
export function renewedCredentials(credentials: KafkaCredentials, logger: Logger): Credentials {
  const known = knownCredentials.get(credentials) ?? new RenewedCredentials(credentials, logger);
  knownCredentials.set(credentials, known);
  return known;
}

/** Where secrets come from. */
interface SecretSource {
  readonly current: () => Promise<Secret> | Secret;
  /** A broker did not take a secret. */
  readonly refused: (secret: Secret) => void;
}

/** Credentials, and how the brokers took them. */
class RenewedCredentials implements Credentials {
  readonly mechanism: Credentials['mechanism'];
  readonly #secrets: SecretSource;
  #accepted = false;
  #refusedSince: number | undefined;

  constructor(credentials: KafkaCredentials, logger: Logger) {
    this.mechanism = credentials.mechanism;
    this.#secrets =
      credentials.mechanism === 'oauthbearer'
        ? tokensOf(credentials, logger)
        : passwordsOf(credentials, logger);
  }

  /** @throws RefusedForNowError while brokers that took the credentials before may do so again */
  async authenticate(present: (secret: Secret) => Promise<void>): Promise<void> {
    const secret = await this.#secrets.current();
    try {
      await present(secret);
    } catch (error) {
      const isRefusal = error instanceof AuthenticationError && error.reason === 'refused';
      if (isRefusal) this.#secrets.refused(secret);
      if (!isRefusal || !this.#accepted) throw error;
      this.#refusedSince ??= performance.now();
      if (performance.now() - this.#refusedSince > GRACE_MS) throw error;
      throw new RefusedForNowError(error.message);
    }
    this.#accepted = true;
    this.#refusedSince = undefined;
  }
}

function tokensOf(client: OAuthClient, logger: Logger): SecretSource {
  const tokens = new OAuthTokens(client, logger);
  return {
    current: async () => ({ token: await tokens.value() }),
    refused: (secret) => {
      if ('token' in secret) tokens.refused(secret.token);
    },
  };
}

/** While the file of a password is replaced, the last one stays in use. */
function passwordsOf({ username, password }: PasswordCredentials, logger: Logger): SecretSource {
  let last: string | undefined;
  return {
    current: () => {
      try {
        last = password();
      } catch (error) {
        if (last === undefined) throw error;
        const cause = errorText(error);
        logger.warn({ cause }, 'The password cannot be read: the last one is used');
      }
      return { username, password: last };
    },
    refused: () => undefined,
  };
}
