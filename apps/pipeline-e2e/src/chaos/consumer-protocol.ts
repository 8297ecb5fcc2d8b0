import { randomUUID } from 'node:crypto';
import { askBroker } from './ask-broker.ts';
import { int32 } from './kafka-fields.ts';

/** ConsumerGroupHeartbeat, in the first version whose members name themselves. */
const HEARTBEAT = { key: 68, version: 1, isFlexible: true } as const;
const JOINING = 0;
const LEAVING = -1;
const REBALANCE_TIMEOUT_MS = 10_000;
/** Behind the throttle time. */
const ERROR_AT = 4;
/** Compact strings, arrays and tagged fields begin with a length, more by one than it is where they may be null. */
const [NULL, NONE, ONE] = [Buffer.of(0), Buffer.of(1), Buffer.of(2)];
const NO_TAGS = Buffer.of(0);

/** A consumer of KIP-848 that is given partitions and reads none of them: a member until it leaves, or for its session of 45 s. */
export class IdleConsumer {
  readonly #broker: string;
  readonly #groupId: string;
  readonly #topic: string;
  readonly #memberId = randomUUID();

  private constructor(broker: string, groupId: string, topic: string) {
    this.#broker = broker;
    this.#groupId = groupId;
    this.#topic = topic;
  }

  /** @param broker `host:port` of the coordinator */
  static async join(broker: string, groupId: string, topic: string): Promise<IdleConsumer> {
    const consumer = new IdleConsumer(broker, groupId, topic);
    await consumer.#heartbeat(JOINING);
    return consumer;
  }

  async leave(): Promise<void> {
    await this.#heartbeat(LEAVING);
  }

  async #heartbeat(epoch: number): Promise<void> {
    const member = [compact(this.#groupId), compact(this.#memberId), int32(epoch)];
    const [instance, rack, topicPattern, assignor] = [NULL, NULL, NULL, NULL];
    const answer = await askBroker(
      this.#broker,
      HEARTBEAT,
      ...[...member, instance, rack, int32(REBALANCE_TIMEOUT_MS)],
      ...[ONE, compact(this.#topic), topicPattern, assignor],
      // Partitions that it has.
      ...[NONE, NO_TAGS],
    );
    const error = answer.readInt16BE(ERROR_AT);
    if (error !== 0) throw new Error(`ConsumerGroupHeartbeat of ${this.#groupId}: error ${error}`);
  }
}

/** @returns a COMPACT_STRING of the protocol; names here are too short for lengths of two bytes */
function compact(text: string): Buffer {
  return Buffer.concat([Buffer.of(Buffer.byteLength(text) + 1), Buffer.from(text)]);
}
