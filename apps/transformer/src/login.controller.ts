import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { BatchHandler } from '@login-pipeline/nest-streams';
import type { CommitPlan, ConsumedBatch, PlanOptions } from '@login-pipeline/streams';
import { DeadLetterFuse, planBatch } from '@login-pipeline/streams';
import type { Schemas } from '@login-pipeline/registry';
import type { Reason } from '@login-pipeline/schema';
import type { LoginPipeline } from './login-pipeline.ts';
import { FUSE, LOGIN_PIPELINE, LOGINS, NAME, SCHEMAS, VERSION } from './tokens.ts';

const PLAN: PlanOptions<Reason> = {
  service: `${NAME}@${VERSION}`,
  tooLarge: 'record_too_large',
  refused: {
    timestamp: 'record_timestamp_refused',
    size: 'record_too_large',
    record: 'record_refused',
  },
  now: () => new Date(),
};

/** Turns batches of logins into commit plans; the transport carries them out. */
@Controller()
export class LoginController {
  readonly #pipeline: LoginPipeline;
  readonly #fuse: DeadLetterFuse;
  readonly #schemas: Schemas;

  constructor(
    @Inject(LOGIN_PIPELINE) pipeline: LoginPipeline,
    @Inject(FUSE) fuse: DeadLetterFuse,
    @Inject(SCHEMAS) schemas: Schemas,
  ) {
    this.#pipeline = pipeline;
    this.#fuse = fuse;
    this.#schemas = schemas;
  }

  /**
   * @throws FuseBlownError when nearly everything would become a dead letter
   * @throws UndecidedError when a schema id is not known and the registry does not answer
   */
  @BatchHandler(LOGINS)
  async plan(@Payload() batch: ConsumedBatch): Promise<CommitPlan> {
    await this.#schemas.prepare(batch.records);
    const plan = planBatch(batch, this.#pipeline, PLAN);
    this.#fuse.admit(batch, plan);
    return plan;
  }
}
