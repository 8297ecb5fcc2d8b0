import { askBroker, text } from './ask-broker.ts';
import { int32 } from './kafka-fields.ts';
import type { Member, Stage } from './stage.ts';

const ALTER_CLIENT_QUOTAS = { key: 49, version: 0 };
/** Behind the throttle time and the count of entries. */
const ERROR_AT = 8;
const ONE = int32(1);
const [NO, YES] = [Buffer.of(0), Buffer.of(1)];

/**
 * Limits what a client may read, and what it may write (KIP-546).
 *
 * @param bytesPerSecond undefined: takes the limit away
 */
export async function limit(
  { nodes }: Stage,
  { clientId }: Member,
  bytesPerSecond: number | undefined,
): Promise<void> {
  const value = Buffer.alloc(8);
  value.writeDoubleBE(bytesPerSecond ?? 0);
  const remove = bytesPerSecond === undefined ? YES : NO;
  const limits = ['consumer_byte_rate', 'producer_byte_rate'].flatMap((name) => {
    return [text(name), value, remove];
  });
  const entity = [ONE, text('client-id'), text(clientId)];
  const fields = [ONE, ...entity, int32(2), ...limits, NO];
  const answer = await askBroker(nodes[0]?.address ?? '', ALTER_CLIENT_QUOTAS, ...fields);
  const error = answer.readInt16BE(ERROR_AT);
  if (error !== 0) throw new Error(`${clientId} could not be limited: error ${error}`);
}
