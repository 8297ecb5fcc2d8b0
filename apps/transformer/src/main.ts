import 'reflect-metadata';
import {
  appVersionWarnings,
  kafkaWarnings,
  loadTransformerSettings,
  redact,
  registryWarnings,
} from '@login-pipeline/config';
import type { TransformerSettings } from '@login-pipeline/config';
import type { BatchTransport } from '@login-pipeline/kafka';
import { transactionalTransport } from '@login-pipeline/kafka';
import type { CommitPlan } from '@login-pipeline/streams';
import type { ServiceContext } from '@login-pipeline/observability';
import { runService } from '@login-pipeline/observability';
import { openSchemas } from '@login-pipeline/registry';
import type { Schemas } from '@login-pipeline/registry';
import { LOGIN_JSON_SCHEMA, PROCESSED_LOGIN_JSON_SCHEMA, REASONS } from '@login-pipeline/schema';
import { LOGINS, NAME, VERSION } from './tokens.ts';
import { TransformerModule } from './transformer.module.ts';

await runService({
  name: NAME,
  version: VERSION,
  settings: loadTransformerSettings,
  describe: redact,
  warnings: ({ kafka, schemas, filterAppVersions }) => [
    ...kafkaWarnings(kafka),
    ...registryWarnings(schemas),
    ...appVersionWarnings(filterAppVersions),
  ],
  module: (context) => TransformerModule.register(context.settings, loginSchemas(context)),
  transports: (_app, context) => [loginTransport(context)],
});

function loginTransport(context: ServiceContext<TransformerSettings>): BatchTransport<CommitPlan> {
  const { settings, logger, metrics, health, tracing } = context;
  // A reason's first dead letter must be an increase, not a new series.
  for (const reason of REASONS) metrics.increment('dead_letters_total', { reason }, 0);
  const transport = transactionalTransport(LOGINS, {
    connection: settings.kafka,
    groupId: settings.groupId,
    input: { topic: settings.inputTopic, setting: 'INPUT_TOPIC' },
    output: { topic: settings.outputTopic, setting: 'OUTPUT_TOPIC' },
    deadLetter: { topic: settings.deadLetterTopic, setting: 'DEAD_LETTER_TOPIC' },
    ...(settings.lastLoginTopic !== undefined && {
      latest: { topic: settings.lastLoginTopic, setting: 'LAST_LOGIN_TOPIC' },
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
      [settings.inputTopic, LOGIN_JSON_SCHEMA],
      [settings.outputTopic, PROCESSED_LOGIN_JSON_SCHEMA],
    ]),
    outputTopic: settings.outputTopic,
    logger,
    metrics,
    onFatal: (error) => {
      context.fail(error);
    },
  });
  health.register('schemas', schemas);
  return schemas;
}
