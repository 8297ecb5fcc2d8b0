import { decimal, READABLE_FILE } from '../formats.ts';
import {
  compose,
  concern,
  distinctTopics,
  http,
  kafka,
  LOG,
  producer,
  SCHEMAS,
  setting,
  topic,
  TRACES,
} from '../index.ts';

/** A service with all that services share, and settings of its own. */
export const SAMPLE = compose(
  {
    kafka: kafka('sample'),
    http: http(3001),
    log: LOG,
    traces: TRACES,
    producer: producer(0),
    schemas: SCHEMAS,
  },
  concern(
    {
      inputTopic: topic('INPUT_TOPIC', 'Topic to read', 'in'),
      outputTopic: topic('OUTPUT_TOPIC', 'Topic to write', 'out'),
      rate: setting('RATE', { description: 'A number', format: decimal(0, 10), default: '5' }),
      file: setting('FILE', { description: 'A file', format: READABLE_FILE }),
    },
    { rules: distinctTopics('INPUT_TOPIC', 'OUTPUT_TOPIC') },
  ),
);
