import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { pathOf, problemDocument } from '../problem-details.filter.ts';
import type { Answer } from '../problem-details.filter.ts';
import type { Connections } from './connections.ts';

/** No route takes a body; clients and proxies send small ones all the same. */
const MAX_BODY_BYTES = 1024;

const MALFORMED: Answer = { status: 400, detail: 'This is no well-formed request of HTTP/1.1.' };
/** By the codes of Node and its parser. */
const UNREADABLE: ReadonlyMap<string, Answer> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', { status: 408, detail: 'The request took too long to arrive.' }],
  ['HPE_HEADER_OVERFLOW', { status: 431, detail: 'The headers are larger than 16 KiB.' }],
  ['HPE_INVALID_METHOD', { status: 400, detail: 'The request begins with no known method.' }],
]);
const NO_HOST: Answer = { status: 400, detail: 'The header Host is missing.' };
const BODY: Answer = {
  status: 413,
  detail: `No route takes a body. One of ${MAX_BODY_BYTES} bytes at most is ignored if Content-Length tells its length.`,
};

/** Node's parser of a connection, which Node's types leave out. */
interface Parser {
  /** Called with each request once its head is parsed. @returns how to go on; what is no such number is an error */
  onIncoming: (request: IncomingMessage, keepAlive: boolean) => number;
}

const STOP = -1;

/**
 * Refuses requests by their heads and stops the parser there. An event comes too late for that: Node parses all that it
 * has read at once, 64 KiB, whatever becomes of the connection meanwhile, and thousands of chunks or requests fit in.
 */
export function refuseByHead(server: Server, connections: Connections): void {
  server.on('connection', (socket) => {
    const { parser } = socket as Socket & { readonly parser: Parser };
    const { onIncoming } = parser;
    parser.onIncoming = (request, keepAlive) => {
      const objection = objectionTo(request);
      if (objection !== undefined) {
        connections.end(socket, refusal(objection, request));
        return STOP;
      }
      const next = onIncoming(request, keepAlive);
      return socket.destroyed ? STOP : next;
    };
  });
}

/** Refuses what the parser could not read, or not in time. */
export function refuseUnreadable(
  { code = '' }: NodeJS.ErrnoException,
  socket: Socket,
  connections: Connections,
): void {
  connections.end(socket, refusal(UNREADABLE.get(code) ?? MALFORMED));
}

function objectionTo({ headers, httpVersion }: IncomingMessage): Answer | undefined {
  if (headers.host === undefined && httpVersion === '1.1') return NO_HOST;
  const { 'transfer-encoding': coding, 'content-length': length = '0' } = headers;
  // Each chunk of a body costs about as much as a header, and nothing bounds how small they are.
  return coding !== undefined || Number(length) > MAX_BODY_BYTES ? BODY : undefined;
}

/** @returns the whole answer, for a connection that ends with it */
function refusal(answer: Answer, request?: IncomingMessage): string {
  const { title, body } = problemDocument(answer, request && pathOf(request));
  const head = [
    `HTTP/1.1 ${answer.status} ${title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${body.length}`,
    `Date: ${new Date().toUTCString()}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${request?.method === 'HEAD' ? '' : body.toString()}`;
}
