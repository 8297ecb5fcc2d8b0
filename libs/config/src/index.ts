export type { Compression } from './formats.ts';
export { kafkaWarnings } from './kafka.ts';
export type { KafkaSettings, SaslSettings, TlsFiles } from './kafka.ts';
export { redact } from './load.ts';
export type { Environment } from './load.ts';
export {
  loadAggregatorSettings,
  loadGeneratorSettings,
  loadTopicSettings,
  loadTransformerSettings,
} from './services.ts';
export type {
  AggregatorSettings,
  GeneratorSettings,
  TopicSettings,
  TransformerSettings,
} from './services.ts';
export type { Fault } from './setting.ts';
export { SettingsError } from './settings-error.ts';
export { settingsTable } from './settings-table.ts';
export type { HttpSettings, LogLevel, LogSettings, ProducerSettings } from './shared.ts';
