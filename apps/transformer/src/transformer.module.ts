import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { DeadLetterFuse } from '@login-pipeline/streams';
import type { Schemas } from '@login-pipeline/registry';
import { loginFilter } from './login-filter.ts';
import { latestOfUser, loginPipeline } from './login-pipeline.ts';
import { LoginController } from './login.controller.ts';
import type { TransformerSettings } from './settings.ts';
import { FUSE, LOGIN_PIPELINE, SCHEMAS } from './tokens.ts';

/** Wiring only: the pure path and the fuse, made from the settings, and the schemas. */
@Module({})
export class TransformerModule {
  static register(
    { filters, deadLetterMaxRatio, topics }: TransformerSettings,
    schemas: Schemas,
  ): DynamicModule {
    const pipeline = loginPipeline(
      loginFilter(filters),
      schemas,
      topics.lastLoginTopic === undefined ? undefined : latestOfUser,
    );
    return {
      module: TransformerModule,
      controllers: [LoginController],
      providers: [
        { provide: LOGIN_PIPELINE, useValue: pipeline },
        { provide: SCHEMAS, useValue: schemas },
        { provide: FUSE, useValue: new DeadLetterFuse(deadLetterMaxRatio) },
      ],
    };
  }
}
