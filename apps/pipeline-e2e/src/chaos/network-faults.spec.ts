import { expect, it } from '@jest/globals';
import type { Frame } from './fault-proxy.ts';
import { halfOpen, lostEndTxn, only, resets, withoutCoordinators } from './network-faults.ts';
import { SeededRandom } from '../seeded-random.ts';

const frame = (parts: Partial<Frame> = {}): Frame => ({
  direction: 'request',
  api: 'Fetch',
  isFlexible: true,
  clientId: 'service-1',
  transactionalId: undefined,
  port: 0,
  bytes: Buffer.alloc(0),
  hangUp: () => undefined,
  ...parts,
});

it('resets a share of the requests and no response', () => {
  const fault = resets(20, new SeededRandom(1));
  const verdicts = Array.from({ length: 1_000 }, () => fault(frame()));
  const share = verdicts.filter((verdict) => verdict === 'reset').length / verdicts.length;
  expect(share).toBeGreaterThan(0.15);
  expect(share).toBeLessThan(0.25);
  expect(resets(100, new SeededRandom(1))(frame({ direction: 'response' }))).toBe('pass');
});

it('loses EndTxn in one direction and nothing else', () => {
  const fault = lostEndTxn('response', 100, new SeededRandom(1));
  expect(fault(frame({ api: 'EndTxn', direction: 'response' }))).toBe('reset');
  expect(fault(frame({ api: 'EndTxn' }))).toBe('pass');
  expect(fault(frame({ api: 'Produce', direction: 'response' }))).toBe('pass');
});

it('keeps only the coordinators away', () => {
  expect(withoutCoordinators(frame({ api: 'EndTxn' }))).toBe('swallow');
  expect(withoutCoordinators(frame({ api: 'Heartbeat' }))).toBe('swallow');
  expect(withoutCoordinators(frame({ api: 'Produce' }))).toBe('pass');
});

it('leaves those alone that do not fit', () => {
  const fault = only(({ clientId }) => clientId === 'service-2', halfOpen);
  expect(fault(frame())).toBe('pass');
  expect(fault(frame({ clientId: 'service-2' }))).toBe('swallow');
});
