export { OPERATIONS, PATTERNS, RESOURCES } from './admin/admin-apis.ts';
export type { Acl, ConfigKind, DescribedTopic, TopicDefinition } from './admin/admin-apis.ts';
export { ClusterAdmin } from './admin/cluster-admin.ts';
export type { AdminWire } from './admin/admin-wire.ts';
export type { LogBounds } from './admin/log-offsets.ts';
export { kafkajsBatchEncoder } from './batch-encoder.ts';
export type { ConnectionSettings, ConnectionState } from './connection-settings.ts';
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
export type { ApiName, RequestOf, ResponseOf } from './protocol/wire-apis.ts';
export { systemClock } from './system-clock.ts';
