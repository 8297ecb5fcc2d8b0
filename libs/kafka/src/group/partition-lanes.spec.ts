import { describe, expect, it } from '@jest/globals';
import { PartitionLanes } from './partition-lanes.ts';

/** A promise to settle by hand. */
function open(): { readonly done: Promise<void>; finish: () => void; fail: () => void } {
  let finish = (): void => undefined;
  let fail = (): void => undefined;
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = () => {
      reject(new Error('failed'));
    };
  });
  return { done, finish, fail };
}

describe('PartitionLanes', () => {
  it('begins at once where nothing is under way', () => {
    const lanes = new PartitionLanes();
    const seen: number[] = [];
    void lanes.run(0, () => seen.push(0));
    void lanes.run(1, () => seen.push(1));
    expect(seen).toEqual([0, 1]);
  });

  it('does one thing after the other for a partition, whatever became of the first, and does not wait for others', async () => {
    const lanes = new PartitionLanes();
    const [first, other] = [open(), open()];
    const seen: string[] = [];
    const failing = lanes.run(0, () => first.done);
    const second = lanes.run(0, () => seen.push('second'));
    const third = lanes.run(0, () => seen.push('third'));
    void lanes.run(1, () => other.done);
    await Promise.resolve();
    expect(seen).toEqual([]);
    first.fail();
    await expect(failing).rejects.toThrow('failed');
    await Promise.all([second, third]);
    expect(seen).toEqual(['second', 'third']);
    other.finish();
  });

  it('is idle when all that was begun is done, also what came while somebody waited', async () => {
    const lanes = new PartitionLanes();
    const [first, second] = [open(), open()];
    const seen: string[] = [];
    void lanes.run(0, () => first.done);
    const idle = lanes.idle(0).then(() => seen.push('idle'));
    const allIdle = lanes.allIdle().then(() => seen.push('all idle'));
    void lanes.run(0, () => second.done).then(() => seen.push('second'));
    first.finish();
    await first.done;
    second.finish();
    await Promise.all([idle, allIdle]);
    expect(seen[0]).toBe('second');
    await lanes.idle(7);
  });
});
