import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** Kafka's request header, version 1, as the baseline of brokers from 4.0 on takes it (KIP-896). */
const CLIENT_ID = Buffer.from('bench');

interface Waiting {
  readonly resolve: (response: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One connection to a broker, without any client library: what measures must neither share code with what is measured
 * nor take much of the machine from it. Requests go out at once, responses come back in the same order (Kafka protocol
 * guide, "Network").
 */
export class WireConnection {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #chunks: Buffer[] = [];
  #bytes = 0;
  #correlation = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay();
    socket.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    socket.on('error', (error) => {
      this.#fail(error);
    });
    socket.on('close', () => {
      this.#fail(new Error('the broker closed the connection'));
    });
  }

  /** @param address `host:port` of the broker */
  static async open(address: string): Promise<WireConnection> {
    const [host = '', port = ''] = address.split(':');
    const socket = connect(Number(port), host);
    await once(socket, 'connect');
    return new WireConnection(socket);
  }

  /** @returns the response's body */
  request(apiKey: number, apiVersion: number, body: Buffer): Promise<Buffer> {
    const header = Buffer.allocUnsafe(14 + CLIENT_ID.length);
    header.writeInt32BE(10 + CLIENT_ID.length + body.length, 0);
    header.writeInt16BE(apiKey, 4);
    header.writeInt16BE(apiVersion, 6);
    header.writeInt32BE((this.#correlation += 1), 8);
    header.writeInt16BE(CLIENT_ID.length, 12);
    header.set(CLIENT_ID, 14);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.cork();
      this.#socket.write(header);
      this.#socket.write(body);
      this.#socket.uncork();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    for (;;) {
      const size = this.#responseSize();
      if (size === undefined || this.#bytes < size) return;
      const all = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
      // Behind the size and the correlation id, which the order makes needless.
      this.#waiting.shift()?.resolve(all.subarray(8, size));
      const rest = all.subarray(size);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#bytes = rest.length;
      if (rest.length > 0) chunk = rest;
    }
  }

  /** @returns the size of the response that comes in, with its size field; undefined before that is here */
  #responseSize(): number | undefined {
    if (this.#bytes < 4) return undefined;
    const [first] = this.#chunks;
    if (first === undefined) return undefined;
    const head = first.length >= 4 ? first : Buffer.concat(this.#chunks);
    return head.readInt32BE(0) + 4;
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
