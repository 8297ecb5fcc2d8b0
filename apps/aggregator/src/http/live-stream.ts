import { Readable } from 'node:stream';
import type { CachedAnswer } from './answer-cache.ts';

const TICK_MS = 1000;
/** Proxies cut silent connections, often after 30 or 60 s. */
const HEARTBEAT_TICKS = 15;
/** A browser waits so long before it connects again. */
const RETRY_MS = 2000;

/** Streams written to before other work gets its turn: a thousand at once would be a pause. */
const WRITES_AT_ONCE = 50;

/** How many streams there may be. */
export interface StreamBounds {
  readonly total: number;
  readonly perClient: number;
}

/** What followers want to know. */
export interface Question {
  /** Equal for questions that have one answer. */
  readonly key: string;
  /** @returns the answer to send now */
  newest(): CachedAnswer;
}

/** An answer, and the event that it makes. */
interface News {
  readonly answer: CachedAnswer;
  readonly event: Buffer;
}

interface Follower {
  readonly stream: Readable;
  readonly client: string;
  readonly question: Question;
  /** Digest of the answer that it has; the id of its event. */
  digest: string | undefined;
}

/**
 * Sends the newest answers to questions as server-sent events to any number of followers: on
 * connection and then once a second if they have changed. Each is serialised once for all. A
 * follower that has not taken the last one is disconnected, never buffered for; it comes back by
 * itself with the id of what it has.
 */
export class LiveStream {
  readonly #bounds: StreamBounds;
  readonly #followers = new Set<Follower>();
  readonly #byClient = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  #closed = false;

  constructor(bounds: StreamBounds) {
    this.#bounds = bounds;
  }

  /**
   * @param question asked once a second for all its followers
   * @param lastEventId what the follower has already, from `Last-Event-ID`
   * @returns its stream; or whose streams are too many: the client's own, or all
   */
  connect(client: string, question: Question, lastEventId?: string): Readable | 'own' | 'all' {
    const own = this.#byClient.get(client) ?? 0;
    if (own >= this.#bounds.perClient) return 'own';
    if (this.#closed || this.#followers.size >= this.#bounds.total) return 'all';
    const stream = new Readable({ read: () => undefined });
    const follower: Follower = { stream, client, question, digest: lastEventId };
    this.#followers.add(follower);
    this.#byClient.set(client, own + 1);
    stream.once('close', () => {
      this.#disconnected(follower);
    });
    stream.push(`retry: ${RETRY_MS}\n\n`);
    const news = newsOf(question);
    if (follower.digest !== news.answer.digest) send(follower, news);
    this.#timer ??= setInterval(() => {
      this.tick();
    }, TICK_MS).unref();
    return stream;
  }

  /** Sends every follower what is new, or a sign of life. The timer calls it once a second. */
  tick(): void {
    this.#ticks += 1;
    this.#sendTo([...this.#followers], new Map(), this.#ticks);
  }

  /** Ends every stream, and takes no new ones: nothing may be sent after the end. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const { stream } of this.#followers) stream.push(null);
    this.#followers.clear();
  }

  get followers(): number {
    return this.#followers.size;
  }

  /** @param news by question, as far as it was asked in this tick */
  #sendTo(followers: Follower[], news: Map<string, News>, tick: number): void {
    // When a second was too short for all, the next one goes on with what is newer.
    if (this.#closed || tick !== this.#ticks) return;
    for (const follower of followers.splice(0, WRITES_AT_ONCE)) {
      const { stream, question, digest } = follower;
      if (stream.destroyed) continue;
      const newest = news.get(question.key) ?? newsOf(question);
      news.set(question.key, newest);
      if (stream.readableLength > 0) stream.destroy();
      else if (digest !== newest.answer.digest) send(follower, newest);
      else if (tick % HEARTBEAT_TICKS === 0) stream.push(': still here\n\n');
    }
    if (followers.length === 0) return;
    setImmediate(() => {
      this.#sendTo(followers, news, tick);
    });
  }

  #disconnected(follower: Follower): void {
    const own = (this.#byClient.get(follower.client) ?? 0) - 1;
    if (own > 0) this.#byClient.set(follower.client, own);
    else this.#byClient.delete(follower.client);
    this.#followers.delete(follower);
    if (this.#followers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function send(follower: Follower, { answer, event }: News): void {
  follower.digest = answer.digest;
  follower.stream.push(event);
}

/** JSON text needs no more than one line: it has line breaks between members only if asked for, and escapes others. */
function newsOf(question: Question): News {
  const answer = question.newest();
  return {
    answer,
    event: Buffer.from(`id: ${answer.digest}\ndata: ${answer.body.toString()}\n\n`),
  };
}
