import type { Logger, Metrics, TracesSettings, Tracing } from '@login-pipeline/observability';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { Health } from './health.ts';

/** The settings that running a service takes. */
export interface ServiceSettings {
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Addresses and networks whose `X-Forwarded-For` is believed; default: none. */
    readonly trustedProxies?: readonly string[];
  };
  readonly log: { readonly level: string };
  /** Default: no traces. */
  readonly traces?: TracesSettings;
  /** How long transports may take to close; default 20 s. */
  readonly drainTimeoutMs?: number;
}

/** What a context is made of. */
export type ServiceParts<S> = Omit<ServiceContext<S>, 'transports' | 'serve'>;

/** The service that runs, for its parts: its class is the token by which Nest injects it, everywhere. */
export class ServiceContext<S = unknown> {
  readonly name: string;
  readonly version: string;
  readonly settings: S;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Undefined while traces are off. */
  readonly tracing: Tracing | undefined;
  /**
   * Ends the service: logs the error once, closes within 5 s, exits with the code of the error's fault. An error that
   * names its `fault` ({@link FaultKind}) is the operator's matter: it is logged by its `code`, without its stack.
   */
  readonly fail: (error: unknown) => void;
  /** Ends the service as SIGTERM would: drains, closes, exits with 0. */
  readonly stop: () => void;
  readonly #transports: CustomTransportStrategy[] = [];

  constructor(parts: ServiceParts<S>) {
    this.name = parts.name;
    this.version = parts.version;
    this.settings = parts.settings;
    this.logger = parts.logger;
    this.metrics = parts.metrics;
    this.health = parts.health;
    this.tracing = parts.tracing;
    this.fail = parts.fail;
    this.stop = parts.stop;
  }

  /** What {@link serve} was given. */
  get transports(): readonly CustomTransportStrategy[] {
    return this.#transports;
  }

  /**
   * Has a transport started when the application is ready, and closed first when it ends. For providers that make one.
   * A transport reports a failed start with `callback(error)`.
   */
  serve(transport: CustomTransportStrategy): void {
    this.#transports.push(transport);
  }
}
