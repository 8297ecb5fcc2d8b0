import 'reflect-metadata';
import type { BatchTransport } from '@login-pipeline/nest-streams';
import { TRANSFORM_METRICS, transactionalTransport } from '@login-pipeline/nest-streams';
import type { CommitPlan } from '@login-pipeline/streams';
import type { ServiceContext } from '@login-pipeline/service';
import { runService } from '@login-pipeline/service';
import { openSchemas } from '@login-pipeline/registry';
import type { Schemas } from '@login-pipeline/registry';
import {
  LOGIN_JSON_SCHEMA,
  METRIC_PREFIX,
  PROCESSED_LOGIN_JSON_SCHEMA,
  REASONS,
} from '@login-pipeline/schema';
import { METRICS } from './metrics.ts';
import { SETTINGS } from './settings.ts';
import type { TransformerSettings } from './settings.ts';
import { LOGINS, NAME, VERSION } from './tokens.ts';
import { TransformerModule } from './transformer.module.ts';

await runService({
  name: NAME,
  version: VERSION,
  settings: SETTINGS,
  metrics: { prefix: METRIC_PREFIX, sets: METRICS },
  module: (context) => TransformerModule.register(context.settings, loginSchemas(context)),
  transports: (_app, context) => [loginTransport(context)],
});

function loginTransport(context: ServiceContext<TransformerSettings>): BatchTransport<CommitPlan> {
  const { settings, logger, metrics, health, tracing } = context;
  const { topics } = settings;
  // A reason's first dead letter must be an increase, not a new series.
  for (const reason of REASONS) {
    metrics.increment(TRANSFORM_METRICS.dead_letters_total, { reason }, 0);
  }
  const transport = transactionalTransport(LOGINS, {
    connection: settings.kafka,
    groupId: topics.groupId,
    input: { topic: topics.inputTopic, setting: 'INPUT_TOPIC' },
    output: { topic: topics.outputTopic, setting: 'OUTPUT_TOPIC' },
    deadLetter: { topic: topics.deadLetterTopic, setting: 'DEAD_LETTER_TOPIC' },
    ...(topics.lastLoginTopic !== undefined && {
      latest: { topic: topics.lastLoginTopic, setting: 'LAST_LOGIN_TOPIC' },
    }),
    ...settings.producer,
    stallTimeoutMs: settings.stallTimeoutMs,
    logger,
    metrics,
    tracing,
    onFatal: (error) => {
      context.fail(error);
    },
  });
  health.register('consumer', transport);
  return transport;
}

function loginSchemas(context: ServiceContext<TransformerSettings>): Schemas {
  const { settings, logger, metrics, health } = context;
  const schemas = openSchemas({
    ...settings.schemas,
    topics: new Map([
      [settings.topics.inputTopic, LOGIN_JSON_SCHEMA],
      [settings.topics.outputTopic, PROCESSED_LOGIN_JSON_SCHEMA],
    ]),
    outputTopic: settings.topics.outputTopic,
    logger,
    metrics,
    onFatal: (error) => {
      context.fail(error);
    },
  });
  health.register('schemas', schemas);
  return schemas;
}
