import { describe, expect, it } from '@jest/globals';
import { systemClock } from './system-clock.ts';

describe('systemClock', () => {
  it('sleeps as long as asked', async () => {
    const begun = performance.now();
    await systemClock.sleep(30, new AbortController().signal);
    expect(performance.now() - begun).toBeGreaterThan(28);
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
  });

  it('wakes with an error when it is aborted, also when that was before', async () => {
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort();
    await expect(sleeping).rejects.toThrow('aborted');
    await expect(systemClock.sleep(60_000, controller.signal)).rejects.toThrow('aborted');
  });
});
