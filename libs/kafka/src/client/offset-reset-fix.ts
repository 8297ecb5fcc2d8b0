import { createRequire } from 'node:module';

/** The part of kafkajs 2.2.4's offset manager that the fix touches. */
interface OffsetManager {
  readonly cluster: {
    fetchTopicsOffset: (
      topics: readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number }[];
        readonly fromBeginning: boolean;
      }[],
    ) => Promise<
      readonly { readonly partitions: readonly { readonly partition: number; offset: string }[] }[]
    >;
  };
  seek: (position: { topic: string; partition: number; offset: string }) => Promise<void>;
  setDefaultOffset: (where: { topic: string; partition: number }) => Promise<void>;
}

const FIXED = Symbol.for('login-pipeline.offset-reset-fix');

/**
 * Keeps kafkajs from committing when retention has deleted what a consumer was to read next: it would overwrite the
 * group's offset, and the metadata beside it, with the code for "earliest", and nobody could tell any more that and how much
 * was lost. Instead it reads on at the earliest offset; what is committed stays until a batch commits.
 */
export function installOffsetResetFix(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/consumer/offsetManager') as {
    prototype: OffsetManager & { [FIXED]?: true };
  };
  if (prototype[FIXED] === true) return;
  prototype[FIXED] = true;
  prototype.setDefaultOffset = async function (this: OffsetManager, { topic, partition }) {
    const [found] = await this.cluster.fetchTopicsOffset([
      { topic, partitions: [{ partition }], fromBeginning: true },
    ]);
    const offset = found?.partitions[0]?.offset;
    // Without an answer the next fetch is refused again, and the question asked again.
    if (offset !== undefined) await this.seek({ topic, partition, offset });
  };
}
