import { once } from 'node:events';
import { connect } from 'node:net';
import { RequestWriter } from '../protocol/request-writer.ts';
import { ResponseReader } from '../protocol/response-reader.ts';

const CORRELATION_ID = 1;
const SIZE_BYTES = 4;

/**
 * Sends a request that neither the engine nor kafkajs knows, over a connection of its own.
 *
 * @param broker `host:port`
 * @param api the key and a flexible version (KIP-482)
 * @returns the answer's body
 */
export async function rawRequest(
  broker: string,
  api: { readonly key: number; readonly version: number },
  write: (writer: RequestWriter) => void,
): Promise<ResponseReader> {
  const writer = new RequestWriter();
  writer.int16(api.key);
  writer.int16(api.version);
  writer.int32(CORRELATION_ID);
  writer.classicString('raw');
  writer.end();
  write(writer);
  writer.end();
  const reader = new ResponseReader(await exchange(broker, Buffer.concat(writer.finish())));
  reader.int32(); // correlation id
  reader.end();
  reader.int32(); // throttle time
  return reader;
}

/** @returns the answer, without its size */
async function exchange(broker: string, request: Buffer): Promise<Buffer> {
  const { hostname, port } = new URL(`kafka://${broker}`);
  const socket = connect(Number(port), hostname);
  try {
    socket.write(request);
    let answer = Buffer.alloc(0);
    while (answer.length < SIZE_BYTES || answer.length < SIZE_BYTES + answer.readInt32BE(0)) {
      const [read] = (await once(socket, 'data')) as [Buffer];
      answer = Buffer.concat([answer, read]);
    }
    return answer.subarray(SIZE_BYTES);
  } finally {
    socket.destroy();
  }
}
