import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** Below it compression saves nothing: the answer fits one packet. */
const GZIP_FROM_BYTES = 1400;
/** Answers kept at a time and their bytes; clients choose the parameters, and the replica has the memory. */
const MAX_ANSWERS = 200;
const MAX_BYTES = 32 * 1024 * 1024;

export const JSON_TYPE = 'application/json; charset=utf-8';
export const CSV_TYPE = 'text/csv; charset=utf-8; header=present';

/** A serialised answer, ready to send to any number of clients. */
export class CachedAnswer {
  readonly body: Buffer;
  /** Its media type. */
  readonly type: string;
  /** Equal for equal bodies. */
  readonly digest: string;
  #gzipped: Buffer | undefined;

  constructor(text: string, type = JSON_TYPE) {
    this.body = Buffer.from(text);
    this.type = type;
    this.digest = createHash('sha256').update(this.body).digest('base64url');
  }

  /** @param value what the body says in JSON */
  static of(value: unknown): CachedAnswer {
    return new CachedAnswer(JSON.stringify(value));
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
 * Answers by their source and parameters. A source is immutable, so an answer is made once for all
 * clients; those asked for longest ago, as those of sources that no client asks for any more, make
 * room for others.
 */
export class AnswerCache {
  readonly #answers = new Map<string, CachedAnswer>();
  readonly #ids = new WeakMap<object, number>();
  #bytes = 0;
  #sources = 0;

  /** @param key tells the answers of one source apart: equal for questions that have one answer */
  get(source: object, key: string, make: () => CachedAnswer): CachedAnswer {
    const whole = `${this.#idOf(source)} ${key}`;
    const answer = this.#take(whole) ?? make();
    this.#answers.set(whole, answer);
    this.#bytes += answer.body.length;
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= MAX_ANSWERS && this.#bytes <= MAX_BYTES) break;
      this.#take(oldest);
    }
    return answer;
  }

  #idOf(source: object): number {
    const known = this.#ids.get(source);
    if (known !== undefined) return known;
    this.#sources += 1;
    this.#ids.set(source, this.#sources);
    return this.#sources;
  }

  #take(key: string): CachedAnswer | undefined {
    const answer = this.#answers.get(key);
    if (this.#answers.delete(key)) this.#bytes -= answer?.body.length ?? 0;
    return answer;
  }
}
