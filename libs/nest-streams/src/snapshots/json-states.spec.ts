import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FoundSnapshot } from '@login-pipeline/streams';
import { JsonStates, OtherStateError } from './json-states.ts';

interface Sum {
  cents: number;
}

let states: JsonStates<Sum>;

beforeEach(() => {
  states = new JsonStates<Sum>(1, () => ({ cents: 0 }));
});

/** @returns a partition's snapshot as it is found in its topic */
function found(from: JsonStates<Sum>, partition: number): FoundSnapshot {
  const { nextOffset, sections } = from.snapshot(partition);
  const bytes = sections.map((section) => [section.name, section.encode()] as const);
  return { nextOffset, writtenMs: 0, sections: new Map(bytes), missing: [] };
}

function counted(partition: number, cents: number): FoundSnapshot {
  const other = new JsonStates<Sum>(1, () => ({ cents }));
  other.restore(partition, undefined, 7n);
  return found(other, partition);
}

describe('JsonStates', () => {
  it('begin empty, and go on with what a snapshot says', () => {
    states.restore(0, undefined, 0n);
    states.of(0).cents += 5;
    states.advance(0, 2n);
    const heir = new JsonStates<Sum>(1, () => ({ cents: 0 }));
    heir.restore(0, found(states, 0), 2n);
    heir.of(0).cents += 1;
    expect([heir.all(), heir.snapshot(0).nextOffset]).toEqual([[{ cents: 6 }], 2n]);
  });

  it('are another revision after each change, and the same one without', () => {
    states.restore(0, undefined, 0n);
    const revision = (): number | undefined => states.snapshot(0).sections[0]?.revision;
    const before = revision();
    states.advance(0, 1n);
    expect(revision()).toBe(before);
    states.of(0).cents += 1;
    expect(revision()).not.toBe(before);
  });

  it('show the partitions of other replicas too, by their newest snapshots', () => {
    states.restore(0, undefined, 0n);
    states.of(0).cents = 1;
    states.follow(1, counted(1, 20));
    states.follow(1, counted(1, 30));
    expect(states.all()).toEqual([{ cents: 1 }, { cents: 30 }]);
  });

  it('count a partition once, while it moves from owner to owner', () => {
    states.restore(0, undefined, 0n);
    states.of(0).cents = 9;
    states.release(0);
    expect(states.all()).toEqual([{ cents: 9 }]);
    states.follow(0, counted(0, 10));
    expect(states.all()).toEqual([{ cents: 10 }]);
    states.restore(0, counted(0, 11), 7n);
    expect(states.all()).toEqual([{ cents: 11 }]);
  });

  it('refuse what another version wrote', () => {
    const later = new JsonStates<Sum>(2, () => ({ cents: 0 }));
    expect(() => {
      later.restore(0, counted(0, 1), 7n);
    }).toThrow(OtherStateError);
  });

  it('are changed only of partitions that this process reads', () => {
    states.follow(1, counted(1, 20));
    expect(() => states.of(1)).toThrow('Partition 1 is not restored');
  });
});
