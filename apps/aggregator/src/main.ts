import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import type { BatchTransport } from '@login-pipeline/nest-streams';
import { snapshotTransport } from '@login-pipeline/nest-streams';
import type { ServiceContext } from '@login-pipeline/service';
import { runService } from '@login-pipeline/service';
import { METRIC_PREFIX } from '@login-pipeline/schema';
import { AggregatorModule } from './aggregator.module.ts';
import type { InsightStates } from './insight-states.ts';
import { METRICS } from './metrics.ts';
import { SETTINGS } from './settings.ts';
import type { AggregatorSettings } from './settings.ts';
import { NAME, PROCESSED_LOGINS, STATES, VERSION } from './tokens.ts';

await runService({
  name: NAME,
  version: VERSION,
  settings: SETTINGS,
  metrics: { prefix: METRIC_PREFIX, sets: METRICS },
  module: (context) => AggregatorModule.register(context),
  transports: (app, context) => [loginTransport(app, context)],
});

function loginTransport(
  app: INestApplicationContext,
  context: ServiceContext<AggregatorSettings>,
): BatchTransport<void> {
  const { settings, logger, metrics, health, tracing } = context;
  const states = app.get<InsightStates>(STATES);
  const transport = snapshotTransport(PROCESSED_LOGINS, {
    connection: settings.kafka,
    groupId: settings.groupId,
    input: { topic: settings.inputTopic, setting: 'INPUT_TOPIC' },
    snapshots: { topic: settings.snapshotTopic, setting: 'SNAPSHOT_TOPIC' },
    snapshotIntervalMs: settings.snapshotIntervalMs,
    stallTimeoutMs: settings.stallTimeoutMs,
    states,
    changes:
      settings.countsTopic === undefined
        ? undefined
        : {
            topic: { topic: settings.countsTopic, setting: 'INSIGHT_COUNTS_TOPIC' },
            since: (partition) => states.changes(partition),
            told: (partition) => {
              states.toldChanges(partition);
            },
            forget: (partition) => {
              states.forgetChanges(partition);
            },
          },
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
