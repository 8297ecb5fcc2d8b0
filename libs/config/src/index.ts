export { ALL_VERSIONS, appVersionWarnings, plainVersion } from './app-versions.ts';
export type { Compression, Secret } from './formats.ts';
export { kafkaWarnings } from './kafka.ts';
export type { KafkaSettings } from './kafka.ts';
export type { OAuthSettings, PasswordSettings, SaslSettings } from './kafka-sasl.ts';
export type { TlsFiles } from './kafka-tls.ts';
export { registryWarnings } from './registry.ts';
export type { RegistrySettings, SchemaSettings } from './registry.ts';
export { redact } from './load.ts';
export type { Environment } from './load.ts';
export {
  loadAggregatorSettings,
  loadGeneratorSettings,
  loadPositionsSettings,
  loadRedriveSettings,
  loadTopicSettings,
  loadTransactionsSettings,
  loadTransformerSettings,
} from './services.ts';
export type {
  AggregatorSettings,
  GeneratorSettings,
  PositionsSettings,
  RedriveSettings,
  TopicSettings,
  TransactionsSettings,
  TransformerSettings,
} from './services.ts';
export type { Fault } from './setting.ts';
export { SettingsError } from './settings-error.ts';
export { settingsTable } from './settings-table.ts';
export type {
  HttpSettings,
  LogLevel,
  LogSettings,
  ProducerSettings,
  TracesSettings,
} from './shared.ts';
