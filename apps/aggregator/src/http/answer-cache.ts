import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** Below it compression saves nothing: the answer fits one packet. */
const GZIP_FROM_BYTES = 1400;
/** Differently parametrised answers kept at a time; the parameters are the clients' choice, the memory is ours. */
const MAX_ANSWERS = 200;

/** A serialised answer, ready to send to any number of clients. */
export class CachedAnswer {
  readonly body: Buffer;
  /** Equal for equal bodies. */
  readonly digest: string;
  #gzipped: Buffer | undefined;

  constructor(answer: unknown) {
    this.body = Buffer.from(JSON.stringify(answer));
    this.digest = createHash('sha256').update(this.body).digest('base64url');
  }

  /** Entity tag; weak, as the compressed form has the same (RFC 9110, section 8.8.1). */
  get etag(): string {
    return `W/"${this.digest}"`;
  }

  /** @returns the body compressed, once, or undefined when that is not worth it */
  gzipped(): Buffer | undefined {
    if (this.body.length < GZIP_FROM_BYTES) return undefined;
    return (this.#gzipped ??= gzipSync(this.body, { level: 1 }));
  }
}

/**
 * Answers by their source and parameters. A source is immutable, so an answer is made once for all clients and thrown
 * away when there is a newer source.
 */
export class AnswerCache<Source extends object> {
  readonly #answers = new Map<string, CachedAnswer>();
  #source: Source | undefined;

  /**
   * @param key tells the answers of one source apart: route and parameters
   * @param make makes the answer's JSON value
   */
  get(source: Source, key: string, make: (source: Source) => unknown): CachedAnswer {
    if (source !== this.#source) {
      this.#answers.clear();
      this.#source = source;
    }
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    if (this.#answers.size >= MAX_ANSWERS) this.#answers.clear();
    const answer = new CachedAnswer(make(source));
    this.#answers.set(key, answer);
    return answer;
  }
}
