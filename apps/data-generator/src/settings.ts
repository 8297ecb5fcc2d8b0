import { compose, concern, decimal, integer, setting, WRITABLE_PATH } from '@login-pipeline/config';
import type { SettingsOf } from '@login-pipeline/config';
import { kafka, producer, topic } from '@login-pipeline/nest-streams/settings';
import { http, LOG, TRACES } from '@login-pipeline/service/settings';
import { SCHEMAS } from '@login-pipeline/registry';
import { TOPICS } from '@login-pipeline/schema';

export const SETTINGS = compose(
  {
    kafka: kafka('data-generator'),
    http: http(3002),
    log: LOG,
    traces: TRACES,
    producer: producer(5),
    schemas: SCHEMAS,
  },
  concern({
    outputTopic: topic('OUTPUT_TOPIC', 'Topic to write', TOPICS.userLogin),
    rate: setting('RATE', {
      description: 'Logins per second; `0`: as fast as possible',
      format: decimal(0, 10_000_000),
      default: '100',
    }),
    count: setting('COUNT', {
      description: 'Logins to write; `0`: for ever',
      format: integer(0, Number.MAX_SAFE_INTEGER),
      default: '0',
    }),
    seed: setting('SEED', {
      description: 'The same seed gives the same logins',
      format: integer(0, 4_294_967_295),
      default: '1',
    }),
    badRatio: setting('BAD_RATIO', {
      description: 'Share of records that are no valid logins',
      format: decimal(0, 1),
      default: '0',
    }),
    truthFile: setting('TRUTH_FILE', {
      description: 'File for the counts that the pipeline has to arrive at',
      format: WRITABLE_PATH,
    }),
  }),
);

export type GeneratorSettings = SettingsOf<typeof SETTINGS>;
