import { createRequire } from 'node:module';

/** How far the coordinator has got with a transactional id's last transaction (KIP-664). */
export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort'
  | 'Dead'
  | 'PrepareEpochFence';

/** The part of kafkajs' broker that is used. */
export interface TransactionCoordinator {
  /** By API key; null before it is connected. */
  readonly versions: Readonly<Record<number, unknown>> | null;
  readonly connectionPool: { readonly send: (exchange: object) => Promise<unknown> };
}

interface Encoder {
  writeUVarIntBytes(): Encoder;
  writeUVarIntArray(items: readonly Encoder[]): Encoder;
  writeUVarIntString(text: string): Encoder;
}

interface Decoder {
  readTaggedFields(): void;
  readUVarInt(): number;
  readInt32(): number;
  readInt16(): number;
  readUVarIntString(): string;
}

interface Described {
  readonly errorCode: number;
  readonly state: TransactionState;
}

const API_KEY = 65;
const TRANSACTIONAL_ID_NOT_FOUND = 105;

/**
 * Asks a coordinator about a transactional id: DescribeTransactions, version 0 (Kafka protocol guide), which kafkajs does not
 * know. Brokers have it since 3.0.
 *
 * @returns undefined when the id is new, or the broker too old to tell
 */
export async function transactionState(
  coordinator: TransactionCoordinator,
  transactionalId: string,
): Promise<TransactionState | undefined> {
  if (coordinator.versions?.[API_KEY] === undefined) return undefined;
  const require = createRequire(import.meta.url);
  const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
    createErrorFromCode: (code: number) => Error;
  };
  const { errorCode, state } = (await coordinator.connectionPool.send({
    request: requestFor(
      transactionalId,
      require('kafkajs/src/protocol/encoder') as new () => Encoder,
    ),
    response: responseBy(require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => Decoder),
  })) as Described;
  if (errorCode === TRANSACTIONAL_ID_NOT_FOUND) return undefined;
  if (errorCode !== 0) throw createErrorFromCode(errorCode);
  return state;
}

/** Tagged fields, of which there are none, end the header (version 2) and the request. */
function requestFor(transactionalId: string, Encoder: new () => Encoder): object {
  return {
    apiKey: API_KEY,
    apiVersion: 0,
    apiName: 'DescribeTransactions',
    encode: () =>
      Promise.resolve(
        new Encoder()
          .writeUVarIntBytes()
          .writeUVarIntArray([new Encoder().writeUVarIntString(transactionalId)])
          .writeUVarIntBytes(),
      ),
  };
}

function responseBy(Decoder: new (bytes: Buffer) => Decoder): object {
  return {
    decode: (bytes: Buffer): Promise<Described> => {
      const decoder = new Decoder(bytes);
      decoder.readTaggedFields();
      decoder.readInt32(); // throttle time
      decoder.readUVarInt(); // one id, one description
      const errorCode = decoder.readInt16();
      decoder.readUVarIntString(); // the id
      return Promise.resolve({ errorCode, state: decoder.readUVarIntString() as TransactionState });
    },
    parse: (described: Described): Promise<Described> => Promise.resolve(described),
  };
}
