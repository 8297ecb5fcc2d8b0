import { createRequire } from 'node:module';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import { foreignServer, explainErrors } from './socket-errors.ts';
import { wholeResponses } from './whole-responses.ts';

const require = createRequire(import.meta.url);
const API_KEYS = require('kafkajs/src/protocol/requests/apiKeys') as Readonly<
  Record<string, number>
>;
const API_NAMES = new Map(Object.entries(API_KEYS).map(([name, key]) => [key, name]));

/** Of a request: its length, key, version and correlation id (Kafka protocol guide, "Request Header v1"). */
const CLIENT_ID_AT = 12;
const API_KEY_AT = 4;
/** Between group and member id: session and rebalance time-out (JoinGroup, versions 1 to 5). */
const JOIN_TIMEOUT_BYTES = 8;

/** As kafkajs' own sockets have it. */
export const KEEP_ALIVE_MS = 60_000;

/** What ends the connections of a client that is stopped. */
export const GIVEN_UP = 'given up at the stop';

/** What was last asked over a connection. */
interface Asked {
  readonly api: string;
  readonly at: number;
  /** Bytes received before. */
  readonly received: number;
}

/** A connection to a broker, for a diagnosis. */
export interface SocketState {
  readonly broker: string;
  /** The last request. */
  readonly request: string;
  readonly msAgo: number;
  /** Whether anything came since. */
  readonly answered: boolean;
}

/** Every connection of the process to a broker, whichever client opened it. */
const open = new Map<Socket, { readonly broker: string; asked: Asked | undefined }>();

/** @returns what every connection of the process waits for */
export function openSockets(now = Date.now()): readonly SocketState[] {
  return [...open].map(([{ bytesRead }, { broker, asked }]) => ({
    broker,
    request: asked?.api ?? 'none',
    msAgo: asked === undefined ? 0 : now - asked.at,
    answered: asked !== undefined && bytesRead > asked.received,
  }));
}

/** The connections of one client: reads along what it asks, and can end them all. */
export class ClientSockets {
  readonly #sockets = new Set<Socket>();
  readonly #onJoin: (memberId: string) => void;

  /** @param onJoin told every JoinGroup request, with the member's id, which is empty at the first one */
  constructor(onJoin: (memberId: string) => void = () => undefined) {
    this.#onJoin = onJoin;
  }

  /** What kafkajs opens its connections with. */
  readonly factory: ISocketFactory = ({ host, port, onConnect }) => {
    const onread = wholeResponses(
      (response) => socket.emit('data', response),
      (start) => socket.destroy(foreignServer(start)),
    );
    const socket: Socket = connect({ host, port, onread }, onConnect);
    explainErrors(socket);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    const entry = {
      broker: `${host}:${port}`,
      asked: undefined as Asked | undefined,
    };
    open.set(socket, entry);
    this.#sockets.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      this.#sockets.delete(socket);
    });
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    socket.write = (request: unknown, ...rest: unknown[]): boolean => {
      if (Buffer.isBuffer(request) && request.length > CLIENT_ID_AT) {
        const key = request.readInt16BE(API_KEY_AT);
        const api = API_NAMES.get(key) ?? String(key);
        entry.asked = { api, at: Date.now(), received: socket.bytesRead };
        if (key === API_KEYS['JoinGroup']) this.#onJoin(memberIdOf(request));
      }
      return write(request, ...rest);
    };
    return socket;
  };

  /** Ends every connection: what waits for an answer fails at once. */
  abort(): void {
    for (const socket of this.#sockets) socket.destroy(new Error(GIVEN_UP));
  }
}

function memberIdOf(joinGroup: Buffer): string {
  const groupIdAt = endOfString(joinGroup, CLIENT_ID_AT);
  const memberIdAt = endOfString(joinGroup, groupIdAt) + JOIN_TIMEOUT_BYTES;
  return joinGroup.toString('utf8', memberIdAt + 2, endOfString(joinGroup, memberIdAt));
}

/** @returns the position after a string, whose length stands before it in two bytes */
function endOfString(bytes: Buffer, at: number): number {
  return at + 2 + Math.max(0, bytes.readInt16BE(at));
}
