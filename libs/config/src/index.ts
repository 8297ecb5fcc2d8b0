export { decimal, integer, list, TEXT, TOPIC, WRITABLE_PATH } from './formats.ts';
export type { Compression, Secret } from './formats.ts';
export { kafka } from './kafka.ts';
export type { KafkaSettings } from './kafka.ts';
export type { OAuthSettings, PasswordSettings, SaslSettings } from './kafka-sasl.ts';
export type { TlsFiles } from './kafka-tls.ts';
export { loadSettings, redact } from './load.ts';
export type { Environment } from './load.ts';
export { SCHEMAS } from './registry.ts';
export type { RegistrySettings, SchemaSettings } from './registry.ts';
export { compose, concern, setting } from './setting.ts';
export type { Concern, Fault, Format, Setting, SettingsOf } from './setting.ts';
export { SettingsError } from './settings-error.ts';
export { withSettingsTable } from './settings-table.ts';
export type { Reader } from './settings-table.ts';
export {
  distinctTopics,
  DRAIN_TIMEOUT,
  group,
  http,
  LOG,
  milliseconds,
  producer,
  STALL_TIMEOUT,
  topic,
  TRACES,
} from './shared.ts';
export type {
  HttpSettings,
  LogLevel,
  LogSettings,
  ProducerSettings,
  TracesSettings,
} from './shared.ts';
