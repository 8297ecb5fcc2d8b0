import type { Cluster } from '../cluster/cluster.ts';
import type { Channel } from '../ports.ts';
import type { Broker } from '../protocol/cluster-apis.ts';

/** The broker and the connection that something went over. */
interface Line {
  readonly broker: number;
  readonly connection: number | undefined;
}

const NO_BROKER = -1;

/**
 * Remembers over which connections a producer wrote. A broker that was away may have lost the
 * marker of a transaction that was confirmed (KAFKA-20734), and with it the line to that broker
 * broke: to write on would put the records of two transactions under one marker.
 */
export class Lines {
  readonly #cluster: Cluster;
  readonly #channel: Channel;
  readonly #lines = new Map<string, Line>();

  constructor(cluster: Cluster, channel: Channel) {
    this.#cluster = cluster;
    this.#channel = channel;
  }

  /** Something was written over the connection that there is now. */
  note(place: string, broker: Broker): void {
    const connection = this.#cluster.connection(broker, this.#channel);
    this.#lines.set(place, { broker: broker.id, connection });
  }

  /** Whatever connection there is, it is not the one that something was written over. */
  spoil(place: string): void {
    this.#lines.set(place, { broker: NO_BROKER, connection: undefined });
  }

  /** @returns whether nothing was written there yet, or over the connection that there is now */
  isUnbroken(place: string, broker: Broker): boolean {
    const line = this.#lines.get(place);
    if (line === undefined) return true;
    if (line.broker !== broker.id || line.connection === undefined) return false;
    return line.connection === this.#cluster.connection(broker, this.#channel);
  }

  clear(): void {
    this.#lines.clear();
  }
}
