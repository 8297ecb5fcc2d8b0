import type { SendOptions, Wire } from '../ports.ts';
import type { RequestOf, ResponseOf, WireApiName } from '../protocol/apis.ts';
import type { Broker } from '../protocol/cluster-apis.ts';

/** The wire of a Kafka client: it knows the requests of administrators, too, and what its connections do. */
export interface ClientWire extends Wire {
  /** As {@link Wire.send}. */
  send<Api extends WireApiName>(
    to: Broker | 'any',
    api: Api,
    request: RequestOf<Api>,
    options?: SendOptions,
  ): Promise<ResponseOf<Api>>;
  /** @returns what each connection was last asked */
  describe(): readonly ConnectionState[];
}

/** What a connection was last asked, for a diagnosis. */
export interface ConnectionState {
  /** `host:port` */
  readonly broker: string;
  readonly request: string;
  readonly msAgo: number;
  /** Whether no answer is waited for. */
  readonly answered: boolean;
}
