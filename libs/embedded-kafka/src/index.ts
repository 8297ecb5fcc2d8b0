export { BrokerNode } from './broker-node.ts';
export { kafkaVersion } from './distribution.ts';
export type { KafkaRelease } from './distribution.ts';
export { freePorts, isListening } from '@login-pipeline/command';
export {
  DEFAULT_DATA_DIR,
  DEFAULT_PORT,
  KAFKA_HOME,
  SECURE_DATA_DIR,
  startKafka,
} from './start-kafka.ts';
export type { KafkaOptions, RunningKafka } from './start-kafka.ts';
export { Authority } from './security/authority.ts';
export type { Identity } from './security/authority.ts';
export { USERS, WAYS } from './security/local-security.ts';
export type { LocalSecurity, SecurityOptions, User, Way } from './security/local-security.ts';
export type { SecureAccess } from './security/secure-cluster.ts';
export type { ProxiedListener } from './server-properties.ts';
export { SILENT_SCOPE } from './security/token-server.ts';
