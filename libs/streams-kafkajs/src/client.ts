import type { KafkaClient } from '@login-pipeline/streams';
import { kafkajsBatchEncoder } from './batch-encoder.ts';
import { KafkajsWire } from './kafkajs-wire.ts';

/** The client on kafkajs' connections. */
export const client: KafkaClient = {
  open: (settings) => new KafkajsWire(settings),
  encoder: kafkajsBatchEncoder,
};
