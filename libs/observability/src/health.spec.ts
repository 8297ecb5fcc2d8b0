import { expect, it } from '@jest/globals';
import { Health } from './health.ts';

it('A service without parts is well', () => {
  expect(new Health().ready()).toEqual({ ok: true, checks: {} });
});

it('Each probe asks only the parts that have a say in it', () => {
  const health = new Health();
  health.register('watchdog', { live: () => 'partition 3 stands still' });
  health.register('producer', { ready: () => undefined });
  expect(health.live()).toEqual({ ok: false, checks: { watchdog: 'partition 3 stands still' } });
  expect(health.ready()).toEqual({ ok: true, checks: { producer: 'ok' } });
});

it('One failing part fails the probe, whatever comes after it', () => {
  const health = new Health();
  health.register('a', { ready: () => 'restoring' });
  health.register('b', { ready: () => undefined });
  expect(health.ready()).toEqual({ ok: false, checks: { a: 'restoring', b: 'ok' } });
});

it('Two parts of one name are refused', () => {
  const health = new Health();
  health.register('a', {});
  expect(() => {
    health.register('a', {});
  }).toThrow('A health part named a is registered already');
});
