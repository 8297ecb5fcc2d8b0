/** What is under way for partitions: one thing at a time for each, side by side for all. */
export class PartitionLanes {
  readonly #last = new Map<number, Promise<unknown>>();

  /** Does something at once, or when all that was begun for the partition before is done, however that ended. */
  run<Result>(partition: number, work: () => Result | Promise<Result>): Promise<Result> {
    const before = this.#last.get(partition);
    const running = before === undefined ? startNow(work) : before.then(work);
    const last = settled(running).then(() => {
      if (this.#last.get(partition) === last) this.#last.delete(partition);
    });
    this.#last.set(partition, last);
    return running;
  }

  /** Resolves when nothing is under way for the partition. */
  async idle(partition: number): Promise<void> {
    for (let last; (last = this.#last.get(partition)) !== undefined;) await last;
  }

  /** Resolves when nothing is under way for any partition. */
  async allIdle(): Promise<void> {
    await Promise.all([...this.#last.keys()].map((partition) => this.idle(partition)));
  }
}

async function startNow<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  return work();
}

async function settled(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}
