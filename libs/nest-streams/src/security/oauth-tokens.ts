import type { Logger } from '@login-pipeline/observability';
import {
  allowInsecureRequests,
  clientCredentialsGrantRequest,
  ClientSecretBasic,
  processClientCredentialsResponse,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import { errorText, TokenError } from '../client/errors.ts';
import { tokenLifetime, withoutNonsense } from './token-lifetime.ts';

/** A client of an OAuth authorization server, which gets tokens for itself (RFC 6749, 4.4). */
export interface OAuthClient {
  readonly tokenEndpointUrl: string;
  readonly clientId: string;
  /** Read for every token. */
  readonly clientSecret: () => string;
  readonly scope?: string | undefined;
}

interface Token {
  readonly value: string;
  /** On the monotonic clock, in milliseconds; never, when neither the server nor the token says. */
  readonly expiresAt: number;
}

const REQUEST_TIMEOUT_MS = 5_000;
/** As the Java client does (`sasl.login.refresh.window.factor`). */
const RENEW_AFTER_SHARE = 0.8;
/**
 * A connection is authenticated anew ten seconds before its session ends, and a session ends with its token: one that
 * has little more left would be renewed on every request.
 */
const KEEP_LEFT_MS = 30_000;
/** Of a token that lives even shorter. */
const LEAST_SHARE = 0.5;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** What to look at, by the error code of RFC 6749, 5.2. */
const CHECK: Readonly<Record<string, string>> & { readonly invalid_client: string } = {
  invalid_client: 'Check KAFKA_SASL_OAUTHBEARER_CLIENT_ID and _CLIENT_SECRET.',
  invalid_scope: 'Check KAFKA_SASL_OAUTHBEARER_SCOPE.',
};
/** Node's timers hold no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The tokens of a client, for all its connections. From the first one on, the next is fetched well before the last one
 * expires; while that fails, the last one is handed out as long as it is valid.
 */
export class OAuthTokens {
  readonly #client: OAuthClient;
  readonly #logger: Logger;
  #token: Token | undefined;
  #fetching: Promise<Token> | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: OAuthClient, logger: Logger) {
    this.#client = client;
    this.#logger = logger;
  }

  /**
   * @returns a token that is valid now
   * @throws TokenError when there is none and none can be had
   */
  async value(): Promise<string> {
    if (this.#token !== undefined && performance.now() < this.#token.expiresAt) {
      return this.#token.value;
    }
    return (await this.#next()).value;
  }

  /** A broker does not take a token, whatever its end was said to be: it is not handed out again. */
  refused(value: string): void {
    if (this.#token?.value === value) this.#token = undefined;
  }

  /** One request at a time, for all who wait. */
  #next(): Promise<Token> {
    this.#fetching ??= this.#request().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #request(): Promise<Token> {
    const { tokenEndpointUrl, clientId, clientSecret, scope } = this.#client;
    const server = { issuer: tokenEndpointUrl, token_endpoint: tokenEndpointUrl };
    const client = { client_id: clientId };
    try {
      const asked = performance.now();
      const response = await clientCredentialsGrantRequest(
        server,
        client,
        ClientSecretBasic(clientSecret()),
        new URLSearchParams(scope === undefined ? {} : { scope }),
        {
          // The settings allow plain HTTP to this host alone.
          [allowInsecureRequests]: new URL(tokenEndpointUrl).protocol === 'http:',
          signal: () => AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        },
      );
      const answer = await processClientCredentialsResponse(
        server,
        client,
        await withoutNonsense(response),
      );
      const lifetime = tokenLifetime(answer, Date.now());
      this.#token = { value: answer.access_token, expiresAt: asked + lifetime };
      this.#failures = 0;
      this.#renewIn(Math.max(renewAfter(lifetime), FIRST_PAUSE_MS));
      return this.#token;
    } catch (error) {
      throw tokenError(error, tokenEndpointUrl);
    }
  }

  #renewIn(milliseconds: number): void {
    // One at a time: a token that a connection waited for makes a retry needless.
    clearTimeout(this.#timer);
    if (milliseconds > LONGEST_TIMER_MS) return;
    this.#timer = setTimeout(() => void this.#renew(), milliseconds).unref();
  }

  async #renew(): Promise<void> {
    try {
      await this.#next();
    } catch (error) {
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
      this.#failures += 1;
      this.#logger.warn(
        { cause: errorText(error), retryInMs: pause },
        'The token is not renewed yet',
      );
      this.#renewIn(pause);
    }
  }
}

/** @returns after what part of its lifetime a token is renewed, both in milliseconds */
export function renewAfter(lifetime: number): number {
  const early = Math.min(lifetime * RENEW_AFTER_SHARE, lifetime - KEEP_LEFT_MS);
  return Math.max(early, lifetime * LEAST_SHARE);
}

function tokenError(error: unknown, url: string): TokenError {
  const failure = `No token could be had from ${url} (KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL): `;
  if (error instanceof ResponseBodyError) {
    const { status, error: code, error_description: description } = error;
    const text = [`${failure}it answers ${status} ${code}`, description].filter(Boolean).join(': ');
    if (status >= 500) return new TokenError(text, true);
    return new TokenError(`${text}. ${CHECK[code] ?? CHECK.invalid_client}`, false);
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    return new TokenError(`${failure}it answers ${error.status}. ${CHECK.invalid_client}`, false);
  }
  return new TokenError(failure + errorText(error), true);
}
