import { StreamsModule } from '@login-pipeline/nest-streams';
import type { TransformStream } from '@login-pipeline/nest-streams';
import { openSchemas, Schemas } from '@login-pipeline/registry';
import { LOGIN_JSON_SCHEMA, PROCESSED_LOGIN_JSON_SCHEMA, REASONS } from '@login-pipeline/schema';
import { ServiceContext } from '@login-pipeline/service';
import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { LoginController, LOGINS } from './login.controller.ts';
import { LAST_LOGIN_TOPIC } from './settings.ts';
import type { TransformerSettings } from './settings.ts';

/** Wiring only: the stream of logins, its handler, and the schemas that it asks. */
@Module({})
export class TransformerModule {
  static register(settings: TransformerSettings): DynamicModule {
    const { lastLoginTopic } = settings.topics;
    return {
      module: TransformerModule,
      imports: [
        StreamsModule.transform({
          source: LOGINS,
          settings,
          reasons: REASONS,
          latest: lastLoginTopic === undefined ? undefined : lastLogin(lastLoginTopic),
        }),
      ],
      controllers: [LoginController],
      providers: [{ provide: Schemas, inject: [ServiceContext], useFactory: loginSchemas }],
    };
  }
}

function lastLogin(topic: string): NonNullable<TransformStream['latest']> {
  return { topic, setting: LAST_LOGIN_TOPIC.name, timeHeader: 'x-login-time' };
}

function loginSchemas(context: ServiceContext<TransformerSettings>): Schemas {
  const { settings, logger, metrics, health, fail } = context;
  const { inputTopic, outputTopic } = settings.topics;
  const schemas = openSchemas({
    ...settings.schemas,
    topics: new Map([
      [inputTopic, LOGIN_JSON_SCHEMA],
      [outputTopic, PROCESSED_LOGIN_JSON_SCHEMA],
    ]),
    outputTopic,
    logger,
    metrics,
    onFatal: fail,
  });
  health.register('schemas', schemas);
  return schemas;
}
