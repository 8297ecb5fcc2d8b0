import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Clients } from './clients.ts';

/** How much connections may take. */
export interface ConnectionBounds {
  /** Connections of all clients together. */
  readonly total: number;
  /** Connections of one client; a trusted proxy has as many as there are. */
  readonly perClient: number;
  /** Answers that one connection may wait for: browsers and proxies ask for none ahead. */
  readonly pipelined: number;
  /** How long a client may take to read what was sent. */
  readonly readMs: number;
}

const BOUNDS: ConnectionBounds = { total: 4096, perClient: 256, pipelined: 2, readMs: 30_000 };
const CHECK_INTERVAL_MS = 1000;
/** How long a client has to read the last answer. */
const LINGER_MS = 1000;

interface Connection {
  readonly socket: Socket;
  readonly client: Client;
  /** Requests without an answer yet. */
  owed: number;
  /** Since when, ms, the client has not read all that was sent. */
  unreadSinceMs: number | undefined;
}

interface Client {
  readonly key: string;
  readonly isProxy: boolean;
  /** The one that has been of no use for longest first. */
  readonly connections: Set<Connection>;
}

/**
 * Bounds the connections of an HTTP server. Beyond a bound a new one takes the place of one that waits for its client:
 * for a request, or for an answer to be read. So a probe gets in, whatever clients hold. Connections on which the
 * server owes an answer are kept.
 */
export class Connections {
  readonly #clients: Clients;
  readonly #bounds: ConnectionBounds;
  readonly #byKey = new Map<string, Client>();
  readonly #bySocket = new WeakMap<Socket, Connection>();
  #size = 0;

  constructor(clients: Clients, bounds: ConnectionBounds = BOUNDS) {
    this.#clients = clients;
    this.#bounds = bounds;
  }

  /** Bounds the server's connections from now on, until it closes. */
  watch(server: Server): void {
    server.on('connection', (socket) => {
      this.#admit(socket);
    });
    // Before the framework has its request, which may then find the socket destroyed.
    server.prependListener('request', (request, response) => {
      this.#asked(request, response);
    });
    const timer = setInterval(() => {
      this.check(performance.now());
    }, CHECK_INTERVAL_MS).unref();
    server.once('close', () => {
      clearInterval(timer);
    });
  }

  get size(): number {
    return this.#size;
  }

  /** Ends a connection by a last answer, or by none while others are owed, for which it would be taken. */
  end(socket: Socket, answer: string): void {
    // It ends already.
    if (!socket.writable) return;
    const owed = this.#bySocket.get(socket)?.owed ?? 0;
    if (owed > 0) {
      socket.destroy();
      return;
    }
    // No more is read. To close at once would be a reset, which may overtake the answer.
    socket.pause();
    socket.end(answer);
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }

  /** Ends connections whose clients do not read. The timer calls it once a second. */
  check(nowMs: number): void {
    for (const { connections } of this.#byKey.values()) {
      for (const connection of connections) {
        if (connection.socket.writableLength === 0) connection.unreadSinceMs = undefined;
        else connection.unreadSinceMs ??= nowMs;
        if (nowMs - (connection.unreadSinceMs ?? nowMs) >= this.#bounds.readMs) {
          connection.socket.resetAndDestroy();
        }
      }
    }
  }

  #admit(socket: Socket): void {
    const { remoteAddress } = socket;
    // It has gone already.
    if (remoteAddress === undefined) return;
    const client = this.#clientOf(remoteAddress);
    if (!this.#makeRoom(client)) {
      socket.resetAndDestroy();
      return;
    }
    const connection: Connection = { socket, client, owed: 0, unreadSinceMs: undefined };
    // Making room may have ended the client's last one, and forgotten it.
    this.#byKey.set(client.key, client);
    client.connections.add(connection);
    this.#bySocket.set(socket, connection);
    this.#size += 1;
    socket.once('close', () => {
      this.#forget(connection);
    });
  }

  #clientOf(address: string): Client {
    const key = this.#clients.keyOf(address);
    const known = this.#byKey.get(key);
    return known ?? { key, isProxy: this.#clients.isProxy(address), connections: new Set() };
  }

  /** @returns whether there is room for one more */
  #makeRoom({ isProxy, connections }: Client): boolean {
    const ownIsFull = !isProxy && connections.size >= this.#bounds.perClient;
    if (!ownIsFull && this.#size < this.#bounds.total) return true;
    const victim = ownIsFull ? firstWaiting(connections) : this.#firstWaitingOfLargest();
    if (victim === undefined) return false;
    victim.socket.resetAndDestroy();
    // Its socket says so later, when others may have come.
    this.#forget(victim);
    return true;
  }

  /** @returns one of the client that has most, of those with any that wait; proxies, who speak for many, come last */
  #firstWaitingOfLargest(): Connection | undefined {
    let chosen: Connection | undefined;
    for (const client of this.#byKey.values()) {
      if (chosen !== undefined && !givesBefore(client, chosen.client)) continue;
      chosen = firstWaiting(client.connections) ?? chosen;
    }
    return chosen;
  }

  #asked({ socket }: IncomingMessage, response: ServerResponse): void {
    const connection = this.#bySocket.get(socket);
    if (connection === undefined) return;
    connection.owed += 1;
    if (connection.owed > this.#bounds.pipelined) {
      socket.destroy();
      return;
    }
    response.once('close', () => {
      connection.owed -= 1;
      this.#used(connection);
    });
  }

  #used(connection: Connection): void {
    const { connections } = connection.client;
    if (connections.delete(connection)) connections.add(connection);
  }

  #forget(connection: Connection): void {
    const { key, connections } = connection.client;
    if (!connections.delete(connection)) return;
    this.#size -= 1;
    if (connections.size === 0) this.#byKey.delete(key);
  }
}

/** @returns whether the one has to give a connection away before the other */
function givesBefore(one: Client, other: Client): boolean {
  if (one.isProxy !== other.isProxy) return other.isProxy;
  return one.connections.size > other.connections.size;
}

/** @returns the connection that has waited longest for its client */
function firstWaiting(connections: Iterable<Connection>): Connection | undefined {
  for (const connection of connections) {
    if (connection.owed === 0 || connection.socket.writableLength > 0) return connection;
  }
  return undefined;
}
