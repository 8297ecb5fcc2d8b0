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

interface Follower {
  readonly stream: Readable;
  readonly client: string;
  /** Digest of the answer that it has; the id of its event. */
  digest: string | undefined;
}

/**
 * Sends the newest answer as server-sent events to any number of followers: on connection and then once a second if it
 * has changed. It is serialised once for all. A follower that has not taken the last one is disconnected, never
 * buffered for; it comes back by itself with the id of what it has.
 */
export class LiveStream {
  readonly #newest: () => CachedAnswer;
  readonly #bounds: StreamBounds;
  readonly #followers = new Set<Follower>();
  readonly #byClient = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  #closed = false;

  /** @param newest the answer to send now; called once a second while there are followers */
  constructor(newest: () => CachedAnswer, bounds: StreamBounds) {
    this.#newest = newest;
    this.#bounds = bounds;
  }

  /**
   * @param lastEventId what the follower has already, from `Last-Event-ID`
   * @returns its stream; or whose streams are too many: the client's own, or all
   */
  connect(client: string, lastEventId?: string): Readable | 'own' | 'all' {
    const own = this.#byClient.get(client) ?? 0;
    if (own >= this.#bounds.perClient) return 'own';
    if (this.#closed || this.#followers.size >= this.#bounds.total) return 'all';
    const stream = new Readable({ read: () => undefined });
    const follower: Follower = { stream, client, digest: lastEventId };
    this.#followers.add(follower);
    this.#byClient.set(client, own + 1);
    stream.once('close', () => {
      this.#disconnected(follower);
    });
    stream.push(`retry: ${RETRY_MS}\n\n`);
    const newest = this.#newest();
    if (follower.digest !== newest.digest) send(follower, newest, eventOf(newest));
    this.#timer ??= setInterval(() => {
      this.tick();
    }, TICK_MS).unref();
    return stream;
  }

  /** Sends every follower what is new, or a sign of life. The timer calls it once a second. */
  tick(): void {
    this.#ticks += 1;
    const newest = this.#newest();
    this.#sendTo([...this.#followers], newest, eventOf(newest), this.#ticks);
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

  #sendTo(followers: Follower[], newest: CachedAnswer, event: Buffer, tick: number): void {
    // When a second was too short for all, the next one goes on with what is newer.
    if (this.#closed || tick !== this.#ticks) return;
    for (const follower of followers.splice(0, WRITES_AT_ONCE)) {
      const { stream, digest } = follower;
      if (stream.destroyed) continue;
      if (stream.readableLength > 0) stream.destroy();
      else if (digest !== newest.digest) send(follower, newest, event);
      else if (tick % HEARTBEAT_TICKS === 0) stream.push(': still here\n\n');
    }
    if (followers.length === 0) return;
    setImmediate(() => {
      this.#sendTo(followers, newest, event, tick);
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

function send(follower: Follower, { digest }: CachedAnswer, event: Buffer): void {
  follower.digest = digest;
  follower.stream.push(event);
}

/** JSON text needs no more than one line: it has line breaks between members only if asked for, and escapes others. */
function eventOf({ digest, body }: CachedAnswer): Buffer {
  return Buffer.from(`id: ${digest}\ndata: ${body.toString()}\n\n`);
}
