import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { KnownIds } from './known-ids.ts';

describe('KnownIds', () => {
  const ask = jest.fn<(id: number) => Promise<boolean>>();
  let ids: KnownIds;
  beforeEach(() => {
    jest.useFakeTimers();
    ask.mockReset().mockImplementation((id) => Promise.resolve(id < 100));
    ids = new KnownIds(ask);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('asks once for an id that exists', async () => {
    await ids.learn([7, 8, 7]);
    jest.advanceTimersByTime(1e9);
    await ids.learn([7, 8]);
    expect(ask.mock.calls).toEqual([[7], [8]]);
    expect([ids.has(7), ids.has(8)]).toEqual([true, true]);
  });

  it('asks again for an id that did not exist, half a minute later', async () => {
    await ids.learn([100]);
    await ids.learn([100]);
    expect([ids.has(100), ask.mock.calls.length]).toEqual([false, 1]);
    jest.advanceTimersByTime(30_001);
    ask.mockResolvedValue(true);
    await ids.learn([100]);
    expect(ids.has(100)).toBe(true);
  });

  it('keeps what it learnt when an answer is missing, and asks for the rest', async () => {
    ask.mockImplementation((id) =>
      id === 2 ? Promise.reject(new Error('away')) : Promise.resolve(true),
    );
    await expect(ids.learn([1, 2])).rejects.toThrow('away');
    expect([ids.has(1), ids.has(2)]).toEqual([true, false]);
    ask.mockClear().mockResolvedValue(true);
    await ids.learn([1, 2]);
    expect(ask.mock.calls).toEqual([[2]]);
  });

  it('asks for no id that cannot exist', async () => {
    await ids.learn([-1]);
    expect([ids.has(-1), ask.mock.calls.length]).toEqual([false, 0]);
  });

  it('needs not to ask for its own', async () => {
    ids.add(3);
    await ids.learn([3]);
    expect(ask).not.toHaveBeenCalled();
  });
});
