import type { Broker, SendOptions } from '@login-pipeline/streams';
import type { ApiName, RequestOf, ResponseOf } from '../protocol/wire-apis.ts';

/** A wire that knows the requests of administrators, too. */
export interface AdminWire {
  /** As the engine's wire sends. */
  send<Api extends ApiName>(
    to: Broker | 'any',
    api: Api,
    request: RequestOf<Api>,
    options?: SendOptions,
  ): Promise<ResponseOf<Api>>;
}

/** What the brokers tell of the cluster. */
export type ClusterDescription = ResponseOf<'DescribeTopics'>;
