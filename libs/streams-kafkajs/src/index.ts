export { kafkajsBatchEncoder } from './batch-encoder.ts';
export type { ConnectionSettings } from './connection-settings.ts';
export {
  CLOSED,
  CLOSED_BEFORE_TLS,
  ConnectError,
  ERROR_CODES,
  TlsError,
  UnsupportedBrokerError,
} from './errors.ts';
export { SPEAKS_TLS } from './frames.ts';
export { saslMechanism } from './kafkajs-inside.ts';
export type { Authenticator, Mechanism, Sasl } from './kafkajs-inside.ts';
export { KafkajsWire } from './kafkajs-wire.ts';
export type { WireSettings } from './kafkajs-wire.ts';
export type { OnReachable } from './outages.ts';
