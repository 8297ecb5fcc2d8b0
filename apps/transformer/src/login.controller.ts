import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { BatchHandler } from '@login-pipeline/kafka';
import type { CommitPlan, ConsumedBatch, PlanOptions } from '@login-pipeline/pipeline';
import { DeadLetterFuse, planBatch } from '@login-pipeline/pipeline';
import type { Reason } from '@login-pipeline/schema';
import type { LoginPipeline } from './login-pipeline.ts';
import { FUSE, LOGIN_PIPELINE, LOGINS, NAME, VERSION } from './tokens.ts';

const PLAN: PlanOptions<Reason> = {
  service: `${NAME}@${VERSION}`,
  tooLarge: 'record_too_large',
  now: () => new Date(),
};

/** Turns batches of logins into commit plans; the transport carries them out. */
@Controller()
export class LoginController {
  readonly #pipeline: LoginPipeline;
  readonly #fuse: DeadLetterFuse;

  constructor(@Inject(LOGIN_PIPELINE) pipeline: LoginPipeline, @Inject(FUSE) fuse: DeadLetterFuse) {
    this.#pipeline = pipeline;
    this.#fuse = fuse;
  }

  /** @throws FuseBlownError when nearly everything would become a dead letter */
  @BatchHandler(LOGINS)
  plan(@Payload() batch: ConsumedBatch): CommitPlan {
    const plan = planBatch(batch, this.#pipeline, PLAN);
    this.#fuse.admit(plan);
    return plan;
  }
}
