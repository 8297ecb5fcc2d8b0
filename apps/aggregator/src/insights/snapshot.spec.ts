import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldBatch } from './fold-batch.ts';
import { mergeStates } from './merge-states.ts';
import { PartitionState } from './partition-state.ts';
import { decodeSnapshot, encodeSnapshot, SnapshotError } from './snapshot.ts';
import {
  batchOf,
  LIMITS,
  login,
  processedLogin,
  SOME_TIME_MS,
  stateOf,
  userId,
} from './testing/logins.ts';

const folding = fc.record({
  login: fc.record({
    user_id: fc.nat(400).map(userId),
    app_version: fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
    device_type: fc.constantFrom('android', 'iOS', 'web', 'tv', '\ud800'),
    locale: fc.string({ minLength: 1, maxLength: 2 }),
  }),
  eventTimeMs: fc.integer({ min: SOME_TIME_MS - 3e8, max: SOME_TIME_MS + 3e8 }),
  recordTimeMs: fc.oneof(
    fc.constant(-1),
    fc.integer({ min: SOME_TIME_MS, max: SOME_TIME_MS + 3e8 }),
  ),
});

function fold(
  state: PartitionState,
  inputs: readonly (typeof folding extends fc.Arbitrary<infer T> ? T : never)[],
): void {
  for (const input of inputs) state.fold(input.login, input.eventTimeMs, input.recordTimeMs);
}

describe('snapshots', () => {
  it('continue as if the fold had not stopped, at any point', () => {
    const limits = { trafficRetentionMinutes: 2000, maxDistinctValues: 5 };
    fc.assert(
      fc.property(fc.array(folding, { maxLength: 400 }), fc.nat(400), (inputs, stop) => {
        const unbroken = new PartitionState(limits);
        fold(unbroken, inputs);
        const first = new PartitionState(limits);
        fold(first, inputs.slice(0, stop));
        const restored = decodeSnapshot(encodeSnapshot(first), limits);
        fold(restored, inputs.slice(stop));
        expect(encodeSnapshot(restored)).toEqual(encodeSnapshot(unbroken));
      }),
      { numRuns: 60 },
    );
  });

  it('go on with the same sample of users', () => {
    const foldUsers = (state: PartitionState, from: number, to: number): void => {
      for (let user = from; user < to; user += 1) {
        state.fold(login({ user_id: userId(user) }), SOME_TIME_MS, SOME_TIME_MS);
      }
    };
    const [unbroken, first] = [new PartitionState(LIMITS), new PartitionState(LIMITS)];
    foldUsers(unbroken, 0, 2010);
    foldUsers(first, 0, 2000);
    const restored = decodeSnapshot(encodeSnapshot(first), LIMITS);
    foldUsers(restored, 2000, 2010);
    expect(encodeSnapshot(restored)).toEqual(encodeSnapshot(unbroken));
  });

  it('hold state and next offset together', () => {
    const state = new PartitionState(LIMITS);
    state.nextOffset = 41n;
    foldBatch(state, batchOf(41, [processedLogin(), '{']), SOME_TIME_MS);
    const restored = decodeSnapshot(encodeSnapshot(state), LIMITS);
    expect(restored.nextOffset).toBe(43n);
    expect(restored.ledger()).toEqual(state.ledger());
  });

  it('of an empty state is an empty state', () => {
    const state = new PartitionState(LIMITS);
    expect(encodeSnapshot(decodeSnapshot(encodeSnapshot(state), LIMITS))).toEqual(
      encodeSnapshot(state),
    );
  });

  it('carry the largest counts and times', () => {
    const state = stateOf([8.64e15]);
    state.consumed = Number.MAX_SAFE_INTEGER;
    state.counted = Number.MAX_SAFE_INTEGER;
    const restored = decodeSnapshot(encodeSnapshot(state), LIMITS);
    expect(restored.ledger()).toEqual(state.ledger());
    expect(restored.traffic.newest).toBe(144_000_000_000);
    expect(restored.newestRecordMs).toBe(8.64e15);
  });

  it('lose no count under a shorter retention and lower bounds', () => {
    const state = stateOf([SOME_TIME_MS, SOME_TIME_MS + 600_000]);
    state.fold(login({ locale: 'NY' }), SOME_TIME_MS, SOME_TIME_MS);
    const limits = { trafficRetentionMinutes: 5, maxDistinctValues: 1 };
    const restored = decodeSnapshot(encodeSnapshot(state), limits);
    const insights = mergeStates({ byPartition: new Map([[0, restored]]), due: new Map() }, 1);
    expect(insights.total).toBe(3);
    expect(insights.traffic).toHaveLength(1);
    expect(insights.locales).toEqual([
      { value: 'TX', count: 2 },
      { value: 'other', count: 1 },
    ]);
  });

  it.each([
    ['no bytes', () => Buffer.alloc(0), 'at least 5 bytes'],
    ['a header without end', () => Buffer.from([1, 0, 0]), 'at least 5 bytes'],
    ['a format of the future', () => patched(0, 2), 'format 2 is unknown'],
    ['a broken checksum', () => patched(1), 'checksum'],
    ['a broken body', () => patched(20), 'checksum'],
    ['a lost end', () => encodeSnapshot(stateOf([SOME_TIME_MS])).subarray(0, -1), 'checksum'],
  ])('with %s are refused', (_name, bytes, reason) => {
    expect(() => decodeSnapshot(bytes(), LIMITS)).toThrow(SnapshotError);
    expect(() => decodeSnapshot(bytes(), LIMITS)).toThrow(reason);
  });
});

/** A good snapshot with one byte changed. */
function patched(position: number, value?: number): Buffer {
  const bytes = encodeSnapshot(stateOf([SOME_TIME_MS]));
  bytes[position] = value ?? (bytes[position] ?? 0) ^ 1;
  return bytes;
}
