import type { ClientSettings } from '@login-pipeline/streams';

export interface ConnectionSettings extends Pick<
  ClientSettings,
  'clientId' | 'tls' | 'credentials'
> {
  /** A broker that is up, however busy, takes a connection and answers the first request within it. */
  readonly connectTimeoutMs: number;
  /** How long an answer may take beyond the time that its request lets the broker wait. */
  readonly answerTimeoutMs: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
  /** The broker that the cluster says to be there; undefined of a bootstrap address. */
  readonly advertisedBy?: number;
}
