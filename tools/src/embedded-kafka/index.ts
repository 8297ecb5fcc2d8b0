export { BrokerNode } from './broker-node.ts';
export { freePorts, isListening } from './ports.ts';
export { DEFAULT_DATA_DIR, DEFAULT_PORT, KAFKA_HOME, startKafka } from './start-kafka.ts';
export type { KafkaOptions, RunningKafka } from './start-kafka.ts';
export type { ProxiedListener } from './server-properties.ts';
