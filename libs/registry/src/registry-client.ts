import type { Metrics } from '@login-pipeline/observability';
import { errorText } from '@login-pipeline/observability/error-text';
import { RegistryRefusedError, RegistryUnavailableError } from './errors.ts';
import { REGISTRY_METRICS } from './metrics.ts';
import { NAMES } from './settings.ts';

/** Where the registry is, and the user that asks it. */
export interface RegistryConnection {
  /** The base of the API, without a slash at its end. */
  readonly url: string;
  readonly credentials?: {
    readonly username: string;
    /** Read for every request: it may be renewed while the process runs. */
    readonly password: () => string;
  };
}

interface Answer {
  readonly status: number;
  /** The registry's own code of an error; absent when something else answered. */
  readonly errorCode: number | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

const TIMEOUT_MS = 3_000;
/** Characters of a registry's message that an error repeats. */
const MAX_QUOTED = 500;
const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';

/** Codes of the API (Confluent's Schema Registry API reference, "Errors"). */
const SCHEMA_NOT_FOUND = 40_403;

/** The registry does not know the user; 403: it does, and does not allow the request. */
const UNAUTHORIZED = 401;

/** Statuses of a registry, or of something before it, that has no time or no room now. */
const TRY_LATER = new Set([408, 425, 429]);

/**
 * Asks a registry with the API of Confluent's Schema Registry (so have Apicurio, Karapace and others). Asks once: when
 * to ask again is the caller's matter.
 */
export class RegistryClient {
  readonly #connection: RegistryConnection;
  readonly #metrics: Metrics;
  /** Whether it has accepted the credentials: those that it refuses after that are perhaps being renewed. */
  #accepted = false;

  constructor(connection: RegistryConnection, metrics: Metrics) {
    this.#connection = connection;
    this.#metrics = metrics;
  }

  /**
   * @returns whether a schema has the id; `false` only when the registry itself says so
   * @throws RegistryUnavailableError in all other cases
   */
  async hasSchema(id: number): Promise<boolean> {
    const { status, errorCode } = await this.#ask('GET', `/schemas/ids/${id}`);
    if (status === 200) return true;
    if (status === 404 && errorCode === SCHEMA_NOT_FOUND) return false;
    throw new RegistryUnavailableError(
      isLockedOut(status) ? lockedOut(status) : `HTTP ${status} to a schema id`,
    );
  }

  /**
   * Finds a JSON Schema under a subject; registers it where it is not there. A subject that has no rule of its own gets
   * BACKWARD first: a new schema must accept all that the earlier ones did.
   *
   * @returns the id
   * @throws RegistryRefusedError when the registry refuses the schema or the user, or is none
   * @throws RegistryUnavailableError when it gives no answer now, or no longer accepts the user
   */
  async ensure(subject: string, schema: string): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}`;
    const definition = { schemaType: 'JSON', schema };
    const found = await this.#ask('POST', path, definition);
    if (found.status === 200) return this.#idIn(found, subject);
    if (found.status !== 404 || found.errorCode === undefined) throw this.#refusal(found, subject);

    await this.#requireRule(subject);
    const registered = await this.#ask('POST', `${path}/versions`, definition);
    if (registered.status === 200) return this.#idIn(registered, subject);
    // Another service that starts at the same time may have been faster.
    const others = await this.#ask('POST', path, definition);
    if (others.status === 200) return this.#idIn(others, subject);
    throw this.#refusal(registered, subject);
  }

  async #requireRule(subject: string): Promise<void> {
    const rule = `/config/${encodeURIComponent(subject)}`;
    const hasRule = async (): Promise<boolean> => (await this.#ask('GET', rule)).status === 200;
    if (await hasRule()) return;
    const set = await this.#ask('PUT', rule, { compatibility: 'BACKWARD' });
    if (set.status !== 200 && !(await hasRule())) throw this.#refusal(set, subject);
  }

  async #ask(method: string, path: string, body?: object): Promise<Answer> {
    const { url, credentials } = this.#connection;
    const headers: Record<string, string> = { accept: `${CONTENT_TYPE}, application/json` };
    if (body !== undefined) headers['content-type'] = CONTENT_TYPE;
    try {
      if (credentials !== undefined) {
        const login = `${credentials.username}:${credentials.password()}`;
        headers['authorization'] = `Basic ${Buffer.from(login).toString('base64')}`;
      }
      const response = await fetch(url + path, {
        method,
        headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const answer = readAnswer(response.status, await response.text());
      if (answer.status >= 500 || TRY_LATER.has(answer.status)) {
        throw new RegistryUnavailableError(`HTTP ${answer.status}${messageOf(answer)}`);
      }
      if (answer.status === UNAUTHORIZED && this.#accepted) {
        throw new RegistryUnavailableError(lockedOut(answer.status));
      }
      this.#accepted ||= !isLockedOut(answer.status);
      const outcome =
        answer.status === 200 ? 'ok' : answer.status === 404 ? 'not_found' : 'refused';
      this.#metrics.increment(REGISTRY_METRICS.schema_registry_requests_total, { outcome });
      return answer;
    } catch (error) {
      this.#metrics.increment(REGISTRY_METRICS.schema_registry_requests_total, {
        outcome: 'unavailable',
      });
      if (error instanceof RegistryUnavailableError) throw error;
      throw new RegistryUnavailableError(causeText(error), { cause: error });
    }
  }

  #idIn({ status, body }: Answer, subject: string): number {
    const { id } = body;
    if (typeof id === 'number') return id;
    throw this.#refusal({ status, errorCode: undefined, body }, subject);
  }

  #refusal({ status, errorCode, body }: Answer, subject: string): RegistryRefusedError {
    const { url } = this.#connection;
    const said = messageOf({ body });
    switch (status) {
      case 401:
      case 403:
        return new RegistryRefusedError(
          'REGISTRY_NOT_AUTHORIZED',
          `The schema registry at ${url} (${NAMES.url}) does not let us read or write subject "${subject}" ` +
            `(HTTP ${status}). Check ${NAMES.username} and ${NAMES.password}, or register the schema ` +
            'and let this user read it.',
        );
      case 409:
        return new RegistryRefusedError(
          'SCHEMA_INCOMPATIBLE',
          `The schema of this release does not fit what subject "${subject}" has at ${url}${said}. Write to a topic ` +
            'of its own, or ask the owner of the subject to change its compatibility.',
        );
      default:
        return errorCode === undefined
          ? new RegistryRefusedError(
              'REGISTRY_MISSING',
              `No schema registry answers at ${url} (HTTP ${status}). Set ${NAMES.url} to the base of its API.`,
            )
          : new RegistryRefusedError(
              'REGISTRY_REFUSED',
              `The schema registry at ${url} refuses subject "${subject}" (${errorCode})${said}`,
            );
    }
  }
}

/** An answer that is no JSON object comes from something that is no registry. */
function readAnswer(status: number, text: string): Answer {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = {};
  }
  const object = (typeof body === 'object' && body !== null ? body : {}) as Answer['body'];
  const code = object['error_code'];
  return { status, errorCode: typeof code === 'number' ? code : undefined, body: object };
}

/** @returns what the registry says about an error, to be added to a sentence */
function messageOf({ body }: Pick<Answer, 'body'>): string {
  const { message } = body;
  return typeof message === 'string' ? `: ${message.slice(0, MAX_QUOTED)}` : '';
}

function isLockedOut(status: number): boolean {
  return status === UNAUTHORIZED || status === 403;
}

function lockedOut(status: number): string {
  return `HTTP ${status}: it does not let ${NAMES.username} in with ${NAMES.password}`;
}

function causeText(error: unknown): string {
  // Not by instanceof: errors of Node's own may be of another realm.
  const isTimeout = (error as Partial<Error>).name === 'TimeoutError';
  return isTimeout ? `no answer within ${TIMEOUT_MS} ms` : errorText(error);
}
