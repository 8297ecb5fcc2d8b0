export { kafkajsBatchEncoder } from './batch-encoder.ts';
export type { ConnectionSettings, ConnectionState } from './connection-settings.ts';
export { TlsError, UnsupportedBrokerError } from './errors.ts';
export type { Sasl } from './kafkajs-inside.ts';
export { KafkajsWire } from './kafkajs-wire.ts';
export type { WireSettings } from './kafkajs-wire.ts';
export type { OnReachable } from './outages.ts';
export { systemClock } from './system-clock.ts';
export * from './record-batch/index.ts';
