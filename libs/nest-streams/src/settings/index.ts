export { kafka } from './connection.ts';
export { distinctTopics, group, STALL_TIMEOUT, topic } from './consumer.ts';
export { TOPIC } from './formats.ts';
export { producer } from './producer.ts';
export type { ProducerSettings } from './producer.ts';
export {
  DEAD_LETTER_MAX_RATIO,
  SNAPSHOT_INTERVAL,
  TOPIC_SETTINGS,
  transformSettings,
} from './streams.ts';
export type { FoldSettings, TransformSettings, TransformTopics } from './streams.ts';
