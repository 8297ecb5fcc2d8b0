import 'reflect-metadata';
import {
  kafkaWarnings,
  loadGeneratorSettings,
  redact,
  registryWarnings,
} from '@login-pipeline/config';
import { runService } from '@login-pipeline/observability';
import { Module } from '@nestjs/common';
import manifest from '../package.json' with { type: 'json' };
import { GeneratorTransport } from './generator-transport.ts';

/** Health and metrics come with every service; the generator has no routes of its own. */
@Module({})
class DataGeneratorModule {}

await runService({
  name: 'data-generator',
  version: manifest.version,
  settings: loadGeneratorSettings,
  describe: redact,
  warnings: ({ kafka, schemas }) => [...kafkaWarnings(kafka), ...registryWarnings(schemas)],
  module: () => DataGeneratorModule,
  transports: (_app, context) => [new GeneratorTransport(context)],
});
