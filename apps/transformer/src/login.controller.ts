import type { TransformContext } from '@login-pipeline/nest-streams';
import { BatchHandler } from '@login-pipeline/nest-streams';
import { Schemas } from '@login-pipeline/registry';
import type { Reason } from '@login-pipeline/schema';
import { ServiceContext } from '@login-pipeline/service';
import type { CommitPlan, ConsumedBatch } from '@login-pipeline/streams';
import { Controller, Inject } from '@nestjs/common';
import { loginFilter } from './login-filter.ts';
import { latestOfUser, loginPipeline } from './login-pipeline.ts';
import type { LoginPipeline } from './login-pipeline.ts';
import type { TransformerSettings } from './settings.ts';

/** The name by which the stream and its handler agree on the input. */
export const LOGINS = 'logins';

/** Decides about batches of logins; the stream carries out what it decides. */
@Controller()
export class LoginController {
  readonly #pipeline: LoginPipeline;
  readonly #schemas: Schemas;

  constructor(
    @Inject(ServiceContext) { settings }: ServiceContext<TransformerSettings>,
    @Inject(Schemas) schemas: Schemas,
  ) {
    const keepsLatest = settings.topics.lastLoginTopic !== undefined;
    this.#schemas = schemas;
    this.#pipeline = loginPipeline(
      loginFilter(settings.filters),
      schemas,
      keepsLatest ? latestOfUser : undefined,
    );
  }

  /**
   * @throws FuseBlownError when nearly everything would become a dead letter
   * @throws UndecidedError when a schema id is not known and the registry does not answer
   */
  @BatchHandler(LOGINS)
  async plan(batch: ConsumedBatch, stream: TransformContext<Reason>): Promise<CommitPlan> {
    await this.#schemas.prepare(batch.records);
    return stream.plan(batch, this.#pipeline);
  }
}
