import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { RequestWriter } from '../protocol/request-writer.ts';

/** A request as the other end sees it. */
export interface SeenRequest {
  readonly key: number;
  readonly version: number;
  readonly correlationId: number;
  readonly socket: Socket;
  /** Answers it, with the header's tagged fields where there are any. */
  readonly answer: (body: Buffer, correlationId?: number) => void;
}

const SIZE_BYTES = 4;
const NEWEST = 20;

/** Listens as a broker does, and answers as a test wants: what real brokers do too seldom. */
export class FakeBroker {
  readonly requests: SeenRequest[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(onRequest: (request: SeenRequest) => void) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      let bytes = Buffer.alloc(0);
      socket.on('data', (read: Buffer) => {
        bytes = Buffer.concat([bytes, read]);
        while (bytes.length >= SIZE_BYTES) {
          const end = SIZE_BYTES + bytes.readInt32BE(0);
          if (bytes.length < end) return;
          const request = seen(socket, bytes.subarray(SIZE_BYTES, end));
          bytes = bytes.subarray(end);
          this.requests.push(request);
          onRequest(request);
        }
      });
    });
  }

  /**
   * @param onRequest gets every request but ApiVersions, which is answered
   * @param port default: a free one
   */
  static async listen(
    onRequest: (request: SeenRequest) => void = () => undefined,
    port = 0,
  ): Promise<FakeBroker> {
    return FakeBroker.listenRaw((request) => {
      if (request.key === API_VERSIONS) request.answer(apiVersions());
      else onRequest(request);
    }, port);
  }

  /** @param onRequest gets every request */
  static async listenRaw(onRequest: (request: SeenRequest) => void, port = 0): Promise<FakeBroker> {
    const broker = new FakeBroker(onRequest);
    broker.#server.listen(port, '127.0.0.1');
    await once(broker.#server, 'listening');
    return broker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** How many connections were made. */
  get connections(): number {
    return this.#sockets.size;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

export const API_VERSIONS = 18;
export const HEARTBEAT = 12;
export const SASL_HANDSHAKE = 17;
export const SASL_AUTHENTICATE = 36;

/** @returns an answer to ApiVersions: all requests are known */
export function apiVersions(newest = NEWEST): Buffer {
  const writer = new RequestWriter();
  writer.int16(0);
  writer.array(
    Array.from({ length: 70 }, (_, key) => key),
    (key) => {
      writer.int16(key);
      writer.int16(0);
      writer.int16(newest);
      writer.end();
    },
  );
  writer.int32(0);
  writer.end();
  return bodyOf(writer);
}

/** @returns an answer to Heartbeat, its header's tagged fields included */
export function heartbeat(error: number): Buffer {
  const writer = new RequestWriter();
  writer.end();
  writer.int32(0);
  writer.int16(error);
  writer.end();
  return bodyOf(writer);
}

/** @returns what was written, without a size in front */
export function bodyOf(writer: RequestWriter): Buffer {
  return Buffer.concat(writer.finish()).subarray(SIZE_BYTES);
}

function seen(socket: Socket, bytes: Buffer): SeenRequest {
  const correlationId = bytes.readInt32BE(4);
  return {
    key: bytes.readInt16BE(0),
    version: bytes.readInt16BE(2),
    correlationId,
    socket,
    answer: (body, id = correlationId) => {
      const header = Buffer.alloc(8);
      header.writeInt32BE(4 + body.length);
      header.writeInt32BE(id, 4);
      socket.write(Buffer.concat([header, body]));
    },
  };
}
