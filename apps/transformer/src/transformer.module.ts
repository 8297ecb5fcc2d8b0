import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import type { TransformerSettings } from '@login-pipeline/config';
import { DeadLetterFuse } from '@login-pipeline/streams';
import type { Schemas } from '@login-pipeline/registry';
import { latestOfUser, loginPipeline } from './login-pipeline.ts';
import { LoginController } from './login.controller.ts';
import { FUSE, LOGIN_PIPELINE, SCHEMAS } from './tokens.ts';
import { versionFilter } from './version-filter.ts';

/** Wiring only: the pure path and the fuse, made from the settings, and the schemas. */
@Module({})
export class TransformerModule {
  static register(
    { filterAppVersions, deadLetterMaxRatio, lastLoginTopic }: TransformerSettings,
    schemas: Schemas,
  ): DynamicModule {
    const pipeline = loginPipeline(
      versionFilter(filterAppVersions),
      schemas,
      lastLoginTopic === undefined ? undefined : latestOfUser,
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
