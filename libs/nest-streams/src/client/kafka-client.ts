import type { KafkaClient } from '@login-pipeline/streams';
import { client } from '@login-pipeline/streams-kafkajs';

/** The client of all services and commands. No other file names its library: another one is another line here. */
export const kafkaClient: KafkaClient = client;
