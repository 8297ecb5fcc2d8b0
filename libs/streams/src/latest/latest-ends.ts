import type { Cluster } from '../cluster/cluster.ts';
import { isUnavailable } from '../cluster/protocol-error.ts';
import type { Clock } from '../ports.ts';
import type { Broker } from '../protocol/cluster-apis.ts';
import { LATEST } from '../protocol/log-apis.ts';

/** For how long an answer serves all partitions of a broker: it is asked once, however many batches there are. */
const RECENT_MS = 1_000;

/** What a broker was asked last, and when. */
interface Asked {
  readonly at: number;
  readonly ends: Promise<ReadonlyMap<number, bigint>>;
}

/** Where the partitions of a topic end for readers of committed records, for all that work on them. */
export class LatestEnds {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #topic: string;
  readonly #asked = new Map<number, Asked>();

  constructor(cluster: Cluster, clock: Clock, topic: string) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#topic = topic;
  }

  /** @returns the last stable offset, as it was within the last second; undefined when its leader does not tell */
  async recent(partition: number): Promise<bigint | undefined> {
    const broker = this.#cluster.leader(this.#topic, partition)?.broker;
    if (broker === undefined) return undefined;
    const now = this.#clock.now();
    let asked = this.#asked.get(broker.id);
    if (asked === undefined || now - asked.at >= RECENT_MS) {
      asked = { at: now, ends: this.#ask(broker) };
      this.#asked.set(broker.id, asked);
    }
    return (await asked.ends).get(partition);
  }

  async #ask(broker: Broker): Promise<ReadonlyMap<number, bigint>> {
    const led = [...this.#cluster.byLeader([this.#topic])].find(([{ id }]) => id === broker.id);
    const partitions = (led?.[1] ?? []).map((place) => ({ ...place, timestamp: LATEST }));
    try {
      const answer = await this.#cluster.send(broker, 'ListOffsets', {
        isolation: 'read_committed',
        partitions,
      });
      const answered = answer.partitions.filter(({ error }) => error === 'NONE');
      return new Map(answered.map(({ partition, offset }) => [partition, offset]));
    } catch (error) {
      if (isUnavailable(error)) return new Map();
      throw error;
    }
  }
}
