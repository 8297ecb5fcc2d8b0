import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

const STREAM = '/insights/stream';

/** Stands before a service that speaks HTTP/1.1, passes on every byte, and knows what each connection is used for. */
export class CountingProxy {
  readonly #server: Server;
  /** What was asked on each open connection last: one that carries a stream is asked nothing more. */
  readonly #lastPaths = new Map<Socket, string>();
  readonly #requests = new Map<string, number>();
  #bytes = 0;

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      const server = connect(Number(target.port), target.hostname);
      this.#lastPaths.set(client, '');
      client.on('data', (chunk) => {
        // A browser writes the head of a request at once.
        const path = /^GET (\S+) HTTP/.exec(chunk.toString('latin1'))?.[1];
        if (path === undefined) return;
        this.#lastPaths.set(client, path);
        this.#requests.set(path, this.requests(path) + 1);
      });
      server.on('data', ({ length }) => (this.#bytes += length));
      client.pipe(server).pipe(client);
      for (const socket of [client, server]) {
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#lastPaths.delete(client);
          client.destroy();
          server.destroy();
        });
      }
    });
  }

  static async before(url: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(new URL(url));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that carry a stream of events now. */
  get streams(): number {
    return [...this.#lastPaths.values()].filter((path) => path === STREAM).length;
  }

  /** Bytes that the service has sent. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns how often a path was asked for */
  requests(path: string): number {
    return this.#requests.get(path) ?? 0;
  }

  close(): void {
    this.#server.close();
    for (const client of this.#lastPaths.keys()) client.destroy();
  }
}
