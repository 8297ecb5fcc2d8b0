import { TlsError, UnreachableError } from '@login-pipeline/streams';
import type {
  Broker,
  Channel,
  ClientWire,
  ConnectionState,
  RequestOf,
  ResponseOf,
  SendOptions,
  WireApiName,
} from '@login-pipeline/streams';
import type { Logger } from '@login-pipeline/observability';
import { renewedCredentials } from '../security/sasl.ts';
import { secureContexts } from '../security/tls-contexts.ts';
import type { KafkaConnection } from './connection.ts';
import { errorText, RefusedForNowError, TokenError } from './errors.ts';
import { kafkaClient } from './kafka-client.ts';

/**
 * @param outages the level at which brokers that cannot be reached are logged
 * @returns the wire of a service, for as long as it runs: credentials and certificates may be renewed meanwhile
 */
export function openWire(
  connection: KafkaConnection,
  logger: Logger,
  outages: 'warn' | 'debug' = 'warn',
): ClientWire {
  const { brokers, clientId, ssl, sasl } = connection;
  return new RenewingWire(
    kafkaClient.open({
      brokers,
      clientId,
      tls: ssl === false ? false : secureContexts(ssl, logger),
      credentials: sasl && renewedCredentials(sasl, logger),
      onReachable: (broker, reason) => {
        const over = outages === 'warn' ? 'info' : outages;
        if (reason === undefined) logger[over]({ broker }, 'A broker can be reached again');
        else logger[outages]({ broker, cause: reason }, 'A broker cannot be reached');
      },
    }),
  );
}

/**
 * Takes a broker for unreachable while it refuses what it took before, or cannot be convinced at
 * the moment: certificates, passwords and tokens are renewed at one side first.
 */
class RenewingWire implements ClientWire {
  readonly #wire: ClientWire;

  constructor(wire: ClientWire) {
    this.#wire = wire;
  }

  async send<Api extends WireApiName>(
    to: Broker | 'any',
    api: Api,
    request: RequestOf<Api>,
    options?: SendOptions,
  ): Promise<ResponseOf<Api>> {
    try {
      return await this.#wire.send(to, api, request, options);
    } catch (error) {
      if (!mayBeRenewed(error)) throw error;
      throw new UnreachableError(errorText(error), { cause: error });
    }
  }

  connection(to: Broker, channel: Channel): number | undefined {
    return this.#wire.connection(to, channel);
  }

  describe(): readonly ConnectionState[] {
    return this.#wire.describe();
  }

  close(): Promise<void> {
    return this.#wire.close();
  }
}

function mayBeRenewed(error: unknown): boolean {
  if (error instanceof TokenError) return error.retriable;
  return error instanceof RefusedForNowError || error instanceof TlsError;
}
