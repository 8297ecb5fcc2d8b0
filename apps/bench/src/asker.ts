import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const CLOSED = 'the service closed the connection';

interface Question {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Asks a service the same question again and again, on connections that stay open and without any client library: what
 * measures must not take much of the machine from what is measured.
 */
export class Asker {
  readonly #request: Buffer;
  readonly #waiting: Question[] = [];
  readonly #free: Connection[];
  readonly #all: readonly Connection[];

  private constructor({ host, pathname, search }: URL, connections: readonly Connection[]) {
    this.#request = Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    this.#all = connections;
    this.#free = [...connections];
  }

  /** @param url what is asked for @param connections how many questions are asked at a time; others wait for their turn */
  static async open(url: string, connections: number): Promise<Asker> {
    const at = new URL(url);
    const opened = Array.from({ length: connections }, () => Connection.open(at));
    return new Asker(at, await Promise.all(opened));
  }

  /** Resolves when the whole answer is there. @throws Error when it is not 200, or the connection ends */
  ask(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#next();
    });
  }

  close(): void {
    for (const connection of this.#all) connection.close();
  }

  #next(): void {
    // The one that has been free for longest: one that is not used is closed after a while.
    const connection = this.#waiting.length > 0 ? this.#free.shift() : undefined;
    if (connection === undefined) return;
    const question = this.#waiting.shift();
    connection.ask(this.#request, (error) => {
      this.#free.push(connection);
      if (error === undefined) question?.resolve();
      else question?.reject(error);
      this.#next();
    });
  }
}

/** One question at a time. */
class Connection {
  readonly #socket: Socket;
  #answered: ((error?: Error) => void) | undefined;
  /** Bytes of the answer that are still to come; 0 before its head. */
  #missing = 0;

  private constructor(socket: Socket) {
    this.#socket = socket.setNoDelay();
    socket.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    socket.on('error', (error) => {
      this.#end(error);
    });
    socket.on('close', () => {
      this.#end(new Error(CLOSED));
    });
  }

  static async open({ hostname, port }: URL): Promise<Connection> {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new Connection(socket);
  }

  ask(request: Buffer, answered: (error?: Error) => void): void {
    if (this.#socket.destroyed) {
      answered(new Error(CLOSED));
      return;
    }
    this.#answered = answered;
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#missing === 0) {
      // The head comes in one piece: the service writes it at once, and it is smaller than a segment of loopback.
      const end = chunk.indexOf(HEAD_END) + HEAD_END.length;
      const head = chunk.toString('latin1', 0, end);
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (!head.startsWith('HTTP/1.1 200') || length === undefined) {
        this.#end(new Error(`the service answers ${head.slice(0, head.indexOf('\r\n'))}`));
        return;
      }
      this.#missing = end + Number(length);
    }
    this.#missing -= chunk.length;
    if (this.#missing === 0) this.#end();
  }

  #end(error?: Error): void {
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.(error);
  }
}
