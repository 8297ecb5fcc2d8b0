import 'reflect-metadata';
import { kafkaWarnings, loadTransformerSettings, redact } from '@login-pipeline/config';
import type { TransformerSettings } from '@login-pipeline/config';
import type { BatchTransport } from '@login-pipeline/kafka';
import { transactionalTransport } from '@login-pipeline/kafka';
import type { CommitPlan } from '@login-pipeline/pipeline';
import type { ServiceContext } from '@login-pipeline/observability';
import { runService } from '@login-pipeline/observability';
import { LOGINS, NAME, VERSION } from './tokens.ts';
import { TransformerModule } from './transformer.module.ts';

await runService({
  name: NAME,
  version: VERSION,
  settings: loadTransformerSettings,
  describe: redact,
  warnings: ({ kafka }) => kafkaWarnings(kafka),
  module: ({ settings }) => TransformerModule.register(settings),
  transports: (_app, context) => [loginTransport(context)],
});

function loginTransport(context: ServiceContext<TransformerSettings>): BatchTransport<CommitPlan> {
  const { settings, logger, metrics, health } = context;
  const transport = transactionalTransport(LOGINS, {
    connection: settings.kafka,
    groupId: settings.groupId,
    input: { topic: settings.inputTopic, setting: 'INPUT_TOPIC' },
    output: { topic: settings.outputTopic, setting: 'OUTPUT_TOPIC' },
    deadLetter: { topic: settings.deadLetterTopic, setting: 'DEAD_LETTER_TOPIC' },
    ...settings.producer,
    stallTimeoutMs: settings.stallTimeoutMs,
    logger,
    metrics,
    onFatal: (error) => {
      context.fail(error);
    },
  });
  health.register('consumer', {
    live: () => transport.notLive(),
    ready: () => transport.notReady(),
  });
  return transport;
}
