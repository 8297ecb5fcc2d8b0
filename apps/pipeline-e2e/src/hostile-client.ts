import { once } from 'node:events';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** A service. */
export interface Target {
  readonly url: string;
}

/** Each address of this host counts as a client. */
export interface FromOptions {
  /** Of 127.0.0.0/8. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A connection on which the client does as it likes. */
export class RawConnection {
  readonly socket: Socket;
  #received = '';
  #isOpen = true;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text;
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#isOpen = false;
    });
  }

  static async open(
    { url }: Target,
    { from = '127.0.0.1' }: FromOptions = {},
  ): Promise<RawConnection> {
    const { hostname: host, port } = new URL(url);
    const socket = connect({ host, port: Number(port), localAddress: from });
    const connection = new RawConnection(socket);
    await once(socket, 'connect');
    return connection;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get received(): string {
    return this.#received;
  }

  /** Sends the text, then one character after another, until the service has had enough. */
  trickle(text: string, character: string): void {
    this.socket.write(text);
    const timer = setInterval(() => this.socket.write(character), 250);
    this.socket.once('close', () => {
      clearInterval(timer);
    });
  }

  /** Sends the text, then the other one as fast as the service reads it, until the service has had enough. */
  flood(text: string, more: string): void {
    const sendOn = (): void => {
      let wantsMore = this.#isOpen;
      while (wantsMore) wantsMore = this.socket.write(more);
    };
    this.socket.on('drain', sendOn);
    this.socket.write(text);
    sendOn();
  }
}

/** An answer of which only the head has been read. */
export interface Answered {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  /** @returns the rest */
  text(): Promise<string>;
  close(): void;
}

/** Asks over a connection of its own. */
export async function ask(
  { url }: Target,
  path: string,
  { from = '127.0.0.1', headers = {} }: FromOptions = {},
): Promise<Answered> {
  const request = get(url + path, { agent: false, localAddress: from, headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  return {
    status: response.statusCode,
    headers: response.headers,
    text: async () => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
      return text;
    },
    close: () => request.destroy(),
  };
}
