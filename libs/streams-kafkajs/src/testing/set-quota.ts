import { once } from 'node:events';
import { connect } from 'node:net';
import { RequestWriter } from '../protocol/request-writer.ts';
import { ResponseReader } from '../protocol/response-reader.ts';

const ALTER_CLIENT_QUOTAS = { key: 49, version: 1 };
const CORRELATION_ID = 1;
const SIZE_BYTES = 4;

/**
 * Gives a client quotas (AlterClientQuotas, KIP-546), which neither the engine nor kafkajs knows how to.
 *
 * @param broker `host:port`
 * @param quotas bytes a second, by the quota's name
 */
export async function setQuota(
  broker: string,
  clientId: string,
  quotas: Readonly<Record<string, number>>,
): Promise<void> {
  const writer = new RequestWriter();
  writer.int16(ALTER_CLIENT_QUOTAS.key);
  writer.int16(ALTER_CLIENT_QUOTAS.version);
  writer.int32(CORRELATION_ID);
  writer.classicString('operator');
  writer.end();
  writer.array([clientId], (name) => {
    writer.array([name], () => {
      writer.string('client-id');
      writer.nullableString(name);
      writer.end();
    });
    writer.array(Object.entries(quotas), ([quota, rate]) => {
      writer.string(quota);
      const float64 = Buffer.alloc(8);
      float64.writeDoubleBE(rate);
      writer.raw(float64);
      writer.bool(false); // whether it is removed
      writer.end();
    });
    writer.end();
  });
  writer.bool(false); // whether it is only validated
  writer.end();
  const reader = new ResponseReader(await exchange(broker, Buffer.concat(writer.finish())));
  reader.int32(); // correlation id
  reader.end();
  reader.int32(); // throttle time
  const errors = reader.array(() => {
    const error = { code: reader.int16(), message: reader.nullableString() };
    reader.array(() => {
      reader.string();
      reader.nullableString();
      reader.end();
    });
    reader.end();
    return error;
  });
  const refused = errors.find(({ code }) => code !== 0);
  if (refused !== undefined) throw new Error(`AlterClientQuotas: ${JSON.stringify(refused)}`);
}

/** Sends one request over a connection of its own. @returns the answer, without its size */
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
