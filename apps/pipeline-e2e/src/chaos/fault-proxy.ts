import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxiedListener } from '@login-pipeline/embedded-kafka';
import { correlationIdOf, FrameSplitter, requestHeader } from './kafka-frames.ts';
import type { Api, RequestHeader } from './kafka-frames.ts';

/** A request on its way to a broker, or the response to one on its way back. */
export interface Frame {
  readonly direction: 'request' | 'response';
  readonly api: Api;
  /** Whether it is of a flexible version (KIP-482). */
  readonly isFlexible: boolean;
  readonly clientId: string;
  readonly transactionalId: string | undefined;
  /** Port of the broker's proxied listener. */
  readonly port: number;
  /** The whole frame, its length in front. */
  readonly bytes: Buffer;
  /** Cuts the client's connection alone: what it has sent still arrives. */
  readonly hangUp: () => void;
}

/**
 * What becomes of a frame: it goes on, disappears, or takes its connection along; or, a request, it is answered with
 * these bytes and does not go on. A frame behind one that is not yet decided waits, as in any stream.
 */
export type Verdict = 'pass' | 'swallow' | 'reset' | Buffer;
export type Fault = (frame: Frame) => Verdict | Promise<Verdict>;

/** What is known of a response to no request. */
const UNASKED = {
  api: 'other',
  isFlexible: false,
  clientId: '',
  transactionalId: undefined,
} as const;

/** How long the broker may take to answer a client that is gone. */
const LINGER_MS = 1_000;

/** Frames that are being held, and what waits for the first. */
export interface MarkedPoint {
  /** Settles when the first frame that fits is here: it has not gone on. */
  readonly reached: Promise<Frame>;
  /** Lets it go on, however dead its sender is. */
  readonly release: () => void;
}

/** Stands between the services and the brokers and reads along: faults decide about every frame. */
export class FaultProxy {
  /** `host:port,…`: where the services find it. */
  readonly addresses: string;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #faults = new Set<Fault>();

  private constructor(listeners: readonly ProxiedListener[]) {
    this.addresses = listeners.map(({ advertisedPort }) => `localhost:${advertisedPort}`).join();
  }

  /** Listens where each broker tells its clients to connect to. */
  static async start(listeners: readonly ProxiedListener[]): Promise<FaultProxy> {
    const proxy = new FaultProxy(listeners);
    for (const { port, advertisedPort } of listeners) {
      const server = createServer((client) => {
        proxy.#relay(client, port);
      });
      proxy.#servers.push(server);
      server.listen(advertisedPort, 'localhost');
      await once(server, 'listening');
    }
    return proxy;
  }

  /**
   * From now on the fault decides about every frame that earlier ones let pass.
   *
   * @returns takes it away again
   */
  inject(fault: Fault): () => void {
    this.#faults.add(fault);
    return () => {
      this.#faults.delete(fault);
    };
  }

  /** Holds the first frame that fits, and with it whatever follows on its connection in its direction. */
  holdFirst(fits: (frame: Frame) => boolean): MarkedPoint {
    let first: Frame | undefined;
    return this.hold((frame) => {
      if (first !== undefined || !fits(frame)) return false;
      first = frame;
      return true;
    });
  }

  /** Holds every frame that fits, and with each whatever follows on its connection in its direction. */
  hold(fits: (frame: Frame) => boolean): MarkedPoint {
    const released = Promise.withResolvers<Verdict>();
    const reached = Promise.withResolvers<Frame>();
    const remove = this.inject((frame) => {
      if (!fits(frame)) return 'pass';
      reached.resolve(frame);
      return released.promise;
    });
    return {
      reached: reached.promise,
      release: () => {
        remove();
        released.resolve('pass');
      },
    };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      this.#servers.map((server) => new Promise((resolve) => server.close(resolve))),
    );
  }

  #relay(client: Socket, port: number): void {
    const broker = connect({ port, host: 'localhost' });
    for (const socket of [client, broker]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    }
    const reset = (): void => {
      client.resetAndDestroy();
      broker.destroy();
    };
    const hangUp = (): void => {
      client.destroy();
    };
    const pending = new Map<number, RequestHeader>();
    const requests = this.#direct(client, broker, reset, (bytes) => {
      const header = requestHeader(bytes);
      pending.set(header.correlationId, header);
      return { direction: 'request', ...header, port, bytes, hangUp };
    });
    const responses = this.#direct(broker, client, reset, (bytes) => {
      const id = correlationIdOf(bytes);
      const header = pending.get(id);
      pending.delete(id);
      return { direction: 'response', ...(header ?? UNASKED), port, bytes, hangUp };
    });
    client.once('close', () => {
      // What is on its way is not lost with its sender.
      void requests()
        .then(() => sleep(LINGER_MS))
        .then(() => broker.destroy());
    });
    broker.once('close', () => {
      void responses().then(() => client.destroy());
    });
  }

  /**
   * Hands frames on from one end to the other, in order.
   *
   * @returns what tells when all that came so far has gone on
   */
  #direct(
    from: Socket,
    to: Socket,
    reset: () => void,
    describe: (bytes: Buffer) => Frame,
  ): () => Promise<void> {
    const splitter = new FrameSplitter();
    let forwarded: Promise<void> = Promise.resolve();
    from.on('data', (chunk: Buffer) => {
      for (const bytes of splitter.push(chunk)) {
        // Judged at once and handed on in order: a delay counts from the arrival.
        const judged = this.#judge(describe(bytes));
        forwarded = forwarded.then(async () => {
          const verdict = await judged;
          if (verdict === 'reset') reset();
          else if (verdict === 'pass' && to.writable) to.write(bytes);
          else if (verdict instanceof Buffer && from.writable) from.write(verdict);
        });
      }
    });
    return () => forwarded;
  }

  async #judge(frame: Frame): Promise<Verdict> {
    for (const fault of this.#faults) {
      const verdict = await fault(frame);
      if (verdict !== 'pass') return verdict;
    }
    return 'pass';
  }
}
