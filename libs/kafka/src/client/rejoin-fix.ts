import { createRequire } from 'node:module';

/** The part of kafkajs 2.2.4's consumer group that the fix touches. */
interface ConsumerGroup {
  /** Null before the first join, and after the coordinator has called us unknown. */
  readonly memberId: string | null;
  heartbeat: (options: { readonly interval: number }) => Promise<void>;
}

/** Kafka protocol guide, "Error Codes". To kafkajs it means: join again. */
const REBALANCE_IN_PROGRESS = 27;

const FIXED = Symbol.for('login-pipeline.rejoin-fix');

/**
 * Makes a consumer that is no member join again. When the coordinator calls a member unknown, and then cannot take its join
 * because it is still loading, kafkajs goes back to fetching, and never sends a heartbeat, which alone would tell it: who has
 * no member id has nothing to say in one. It would consume for ever outside of its group.
 */
export function installRejoinFix(): void {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/consumer/consumerGroup') as {
    prototype: ConsumerGroup & { [FIXED]?: true };
  };
  if (prototype[FIXED] === true) return;
  prototype[FIXED] = true;
  const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
    createErrorFromCode: (code: number) => Error;
  };

  const { heartbeat } = prototype;
  prototype.heartbeat = function (this: ConsumerGroup, options) {
    if (this.memberId !== null) return heartbeat.call(this, options);
    return Promise.reject(createErrorFromCode(REBALANCE_IN_PROGRESS));
  };
}
