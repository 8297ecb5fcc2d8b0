import type { SecureContext } from 'node:tls';
import type { Sasl } from './kafkajs-inside.ts';

export interface ConnectionSettings {
  readonly clientId: string;
  /** `false`: plain text. Otherwise asked at every connection. */
  readonly tls: false | (() => SecureContext);
  readonly sasl: Sasl | undefined;
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
