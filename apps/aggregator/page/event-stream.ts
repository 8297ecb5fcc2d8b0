/** An event of a stream of server-sent events. */
export interface ServerEvent {
  readonly id: string;
  readonly text: string;
}

/**
 * Cuts a stream of server-sent events (WHATWG HTML, section 9.2) into events, chunk by chunk. It knows what this server
 * sends: `id`, `data` and comments, lines that end with LF.
 */
export class EventParser {
  #rest = '';
  #id = '';
  #text: string[] = [];

  /** @returns the events that the chunk completes; none for a heartbeat */
  push(chunk: string): ServerEvent[] {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#line(line) ?? []);
  }

  #line(line: string): ServerEvent | undefined {
    if (line === '') {
      const text = this.#text.join('\n');
      this.#text = [];
      return text === '' ? undefined : { id: this.#id, text };
    }
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (field === 'id') this.#id = value;
    if (field === 'data') this.#text.push(value);
    return undefined;
  }
}

export interface StreamListener {
  /** The server answers. */
  onOpen(): void;
  /** Anything came, be it a heartbeat. */
  onSign(): void;
  onEvent(text: string): void;
  /** The connection is lost or was refused; the next attempt follows by itself. */
  onLost(): void;
}

const RETRY_MS = 2_000;
/** Two heartbeats of the server, and some: a connection that is silent for longer is dead, though it was not closed. */
const SILENCE_MS = 35_000;

/**
 * Follows a stream until the signal is aborted, and connects again whenever it ends. Not EventSource: that hides
 * heartbeats, gives up after some refusals, and holds on to connections that died without notice.
 */
export async function follow(
  url: URL,
  signal: AbortSignal,
  listener: StreamListener,
): Promise<void> {
  let lastId = '';
  while (!signal.aborted) {
    try {
      await read(url, signal, lastId, listener, (id) => (lastId = id));
    } catch {
      // Whatever it was, the way on is the same.
    }
    listener.onLost();
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function read(
  url: URL,
  stop: AbortSignal,
  lastId: string,
  listener: StreamListener,
  onId: (id: string) => void,
): Promise<void> {
  const abort = new AbortController();
  const giveUp = (): void => {
    abort.abort();
  };
  let silence = setTimeout(giveUp, SILENCE_MS);
  stop.addEventListener('abort', giveUp, { once: true });
  try {
    const headers = { accept: 'text/event-stream', 'last-event-id': lastId };
    const response = await fetch(url, { headers, cache: 'no-store', signal: abort.signal });
    if (!response.ok || response.body === null) return;
    listener.onOpen();
    const parser = new EventParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(giveUp, SILENCE_MS);
      listener.onSign();
      for (const { id, text } of parser.push(value)) {
        listener.onEvent(text);
        onId(id);
      }
    }
  } finally {
    clearTimeout(silence);
    stop.removeEventListener('abort', giveUp);
  }
}
