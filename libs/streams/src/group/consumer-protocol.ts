/**
 * What members of a consumer group tell each other through the coordinator, which does not look into it: the "consumer"
 * protocol of Kafka's Java client (ConsumerProtocolSubscription and ConsumerProtocolAssignment, KIP-429, KIP-792).
 */

/** Partitions of one topic. */
export interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

export interface Subscription {
  readonly topics: readonly string[];
  /** What the member adds for others of its kind; the engine: the instance. */
  readonly userData: string;
  /** What the member works on, and gives up only when an assignment takes it. */
  readonly owned: readonly TopicPartitions[];
  /** The generation in which it was given that; -1: not known. */
  readonly generation: number;
}

/** Owned partitions since 1, their generation since 2. */
const SUBSCRIPTION_VERSION = 2;
const ASSIGNMENT_VERSION = 1;
/** In a length's place: nothing. */
const NULL = -1;

export function encodeSubscription(subscription: Subscription): Buffer {
  const writer = new Writer();
  writer.int16(SUBSCRIPTION_VERSION);
  writer.array(subscription.topics, (topic) => {
    writer.string(topic);
  });
  writer.bytes(Buffer.from(subscription.userData));
  writer.topics(subscription.owned);
  writer.int32(subscription.generation);
  return writer.done();
}

/** @throws RangeError when the bytes end too early */
export function decodeSubscription(bytes: Buffer): Subscription {
  const reader = new Reader(bytes);
  const version = reader.int16();
  const topics = reader.array(() => reader.string());
  const userData = reader.bytes().toString();
  return {
    topics,
    userData,
    owned: version >= 1 ? reader.topics() : [],
    generation: version >= 2 ? reader.int32() : NULL,
  };
}

export function encodeAssignment(assigned: readonly TopicPartitions[]): Buffer {
  const writer = new Writer();
  writer.int16(ASSIGNMENT_VERSION);
  writer.topics(assigned);
  writer.bytes(Buffer.alloc(0));
  return writer.done();
}

/** @throws RangeError when the bytes end too early */
export function decodeAssignment(bytes: Buffer): readonly TopicPartitions[] {
  // A leader that knows of no topics may send nothing at all.
  if (bytes.length === 0) return [];
  const reader = new Reader(bytes);
  reader.int16();
  return reader.topics();
}

class Writer {
  readonly #parts: Buffer[] = [];

  int16(value: number): void {
    const part = Buffer.alloc(2);
    part.writeInt16BE(value);
    this.#parts.push(part);
  }

  int32(value: number): void {
    const part = Buffer.alloc(4);
    part.writeInt32BE(value);
    this.#parts.push(part);
  }

  string(text: string): void {
    const bytes = Buffer.from(text);
    this.int16(bytes.length);
    this.#parts.push(bytes);
  }

  bytes(bytes: Buffer): void {
    this.int32(bytes.length);
    this.#parts.push(bytes);
  }

  array<Item>(items: readonly Item[], write: (item: Item) => void): void {
    this.int32(items.length);
    items.forEach(write);
  }

  topics(topics: readonly TopicPartitions[]): void {
    this.array(topics, ({ topic, partitions }) => {
      this.string(topic);
      this.array(partitions, (partition) => {
        this.int32(partition);
      });
    });
  }

  done(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

class Reader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int16(): number {
    const value = this.#bytes.readInt16BE(this.#position);
    this.#position += 2;
    return value;
  }

  int32(): number {
    const value = this.#bytes.readInt32BE(this.#position);
    this.#position += 4;
    return value;
  }

  string(): string {
    return this.#take(this.int16()).toString();
  }

  bytes(): Buffer {
    const length = this.int32();
    return this.#take(length === NULL ? 0 : length);
  }

  array<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    for (let left = this.int32(); left > 0; left -= 1) items.push(read());
    return items;
  }

  topics(): TopicPartitions[] {
    return this.array(() => ({
      topic: this.string(),
      partitions: this.array(() => this.int32()),
    }));
  }

  #take(length: number): Buffer {
    const end = this.#position + length;
    if (length < 0 || end > this.#bytes.length) throw new RangeError('The bytes end too early');
    const taken = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return taken;
  }
}
