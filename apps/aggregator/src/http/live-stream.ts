import { Readable } from 'node:stream';
import type { CachedAnswer } from './answer-cache.ts';

const TICK_MS = 1000;
/** Proxies cut silent connections, often after 30 or 60 s. */
const HEARTBEAT_TICKS = 15;
/** A browser waits so long before it connects again. */
const RETRY_MS = 2000;

interface Client {
  readonly stream: Readable;
  /** Digest of the answer that the client has; the id of its event. */
  digest: string | undefined;
}

/**
 * Sends the newest answer as server-sent events to any number of clients: on connection and then once a second if it
 * has changed. A client that has not taken the last one is disconnected, never buffered for; it comes back by itself
 * with the id of what it has.
 */
export class LiveStream {
  readonly #newest: () => CachedAnswer;
  readonly #maxClients: number;
  readonly #clients = new Set<Client>();
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  #closed = false;

  /** @param newest the answer to send now; called once a second while there are clients */
  constructor(newest: () => CachedAnswer, maxClients: number) {
    this.#newest = newest;
    this.#maxClients = maxClients;
  }

  /**
   * @param lastEventId what the client has already, from `Last-Event-ID`
   * @returns the client's stream, or undefined when there are too many clients or the service stops
   */
  connect(lastEventId?: string): Readable | undefined {
    if (this.#closed || this.#clients.size >= this.#maxClients) return undefined;
    const stream = new Readable({ read: () => undefined });
    const client: Client = { stream, digest: lastEventId };
    this.#clients.add(client);
    stream.once('close', () => {
      this.#disconnected(client);
    });
    stream.push(`retry: ${RETRY_MS}\n\n`);
    const newest = this.#newest();
    if (client.digest !== newest.digest) send(client, newest, eventOf(newest));
    this.#timer ??= setInterval(() => {
      this.tick();
    }, TICK_MS).unref();
    return stream;
  }

  /** Sends every client what is new, or a sign of life. The timer calls it once a second. */
  tick(): void {
    const newest = this.#newest();
    const event = eventOf(newest);
    this.#ticks += 1;
    for (const client of this.#clients) {
      if (client.stream.readableLength > 0) client.stream.destroy();
      else if (client.digest !== newest.digest) send(client, newest, event);
      else if (this.#ticks % HEARTBEAT_TICKS === 0) client.stream.push(': still here\n\n');
    }
  }

  /** Ends every client's stream, and takes no new ones: nothing may be sent after the end. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const { stream } of this.#clients) stream.push(null);
    this.#clients.clear();
  }

  get clients(): number {
    return this.#clients.size;
  }

  #disconnected(client: Client): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function send(client: Client, { digest }: CachedAnswer, event: Buffer): void {
  client.digest = digest;
  client.stream.push(event);
}

/** JSON text needs no more than one line: it has line breaks between members only if asked for, and escapes others. */
function eventOf({ digest, body }: CachedAnswer): Buffer {
  return Buffer.from(`id: ${digest}\ndata: ${body.toString()}\n\n`);
}
