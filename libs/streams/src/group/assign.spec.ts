import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assign } from './assign.ts';
import type { Assignment, Candidate } from './assign.ts';

const TOPIC = 'logins';

function candidate(memberId: string, owned: readonly number[] = [], generation = 1): Candidate {
  return { memberId, topics: [TOPIC], owned: new Map([[TOPIC, owned]]), generation };
}

function partitionsOf(assignment: Assignment, memberId: string): readonly number[] {
  return [...(assignment.get(memberId)?.get(TOPIC) ?? [])].sort((one, other) => one - other);
}

/** Lets members join again, each with what it was assigned, until nothing moves any more. */
function settled(members: readonly Candidate[], count: number): Assignment {
  let now = members;
  for (let generation = 2; generation < 10; generation += 1) {
    const assignment = assign(now, new Map([[TOPIC, count]]));
    const next = now.map(({ memberId }) =>
      candidate(memberId, partitionsOf(assignment, memberId), generation),
    );
    if (JSON.stringify(next.map(ownedOf)) === JSON.stringify(now.map(ownedOf))) return assignment;
    now = next;
  }
  throw new Error('The assignment does not settle');
}

function ownedOf({ owned }: Candidate): readonly number[] {
  return owned.get(TOPIC) ?? [];
}

describe('assign', () => {
  it('gives a single member all partitions', () => {
    const assignment = assign([candidate('a')], new Map([[TOPIC, 3]]));
    expect(partitionsOf(assignment, 'a')).toEqual([0, 1, 2]);
  });

  it('moves no partition to a new member before its owner has given it up', () => {
    const members = [candidate('a', [0, 1, 2, 3]), candidate('b')];
    const assignment = assign(members, new Map([[TOPIC, 4]]));
    expect(partitionsOf(assignment, 'a')).toEqual([0, 1]);
    expect(partitionsOf(assignment, 'b')).toEqual([]);
    const next = assign([candidate('a', [0, 1], 2), candidate('b', [], 2)], new Map([[TOPIC, 4]]));
    expect(partitionsOf(next, 'b')).toEqual([2, 3]);
  });

  it('gives what a dead member had away at once', () => {
    const assignment = assign([candidate('a', [0, 1])], new Map([[TOPIC, 4]]));
    expect(partitionsOf(assignment, 'a')).toEqual([0, 1, 2, 3]);
  });

  it('shares each topic among its own subscribers', () => {
    const other = { ...candidate('b'), topics: ['orders'] };
    const counts = new Map([
      [TOPIC, 2],
      ['orders', 1],
    ]);
    const assignment = assign([candidate('a'), other], counts);
    expect(partitionsOf(assignment, 'a')).toEqual([0, 1]);
    expect(assignment.get('b')?.get('orders')).toEqual([0]);
  });

  it('believes the newer of two claims, and neither of two that are as new', () => {
    const older = assign(
      [candidate('a', [0, 1], 1), candidate('b', [1], 2)],
      new Map([[TOPIC, 2]]),
    );
    expect([partitionsOf(older, 'a'), partitionsOf(older, 'b')]).toEqual([[0], [1]]);
    const equal = assign([candidate('a', [0]), candidate('b', [0])], new Map([[TOPIC, 1]]));
    expect([partitionsOf(equal, 'a'), partitionsOf(equal, 'b')]).toEqual([[], []]);
  });

  it('settles evenly, moving no more than it has to, whatever members have', () => {
    const owners = fc.array(fc.nat(4), { maxLength: 20 });
    fc.assert(
      fc.property(owners, fc.integer({ min: 1, max: 5 }), (ownerOf, size) => {
        const members = Array.from({ length: size }, (_, member) =>
          candidate(
            `m${member}`,
            ownerOf.flatMap((owner, partition) => (owner === member ? [partition] : [])),
          ),
        );
        const assignment = settled(members, ownerOf.length);
        const shares = members.map(({ memberId }) => partitionsOf(assignment, memberId));
        expect(shares.flat().sort((one, other) => one - other)).toEqual([...ownerOf.keys()]);
        const sizes = shares.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        for (const [index, member] of members.entries()) {
          const kept = ownedOf(member).filter((partition) => shares[index]?.includes(partition));
          const least = Math.floor(ownerOf.length / size);
          expect(kept.length).toBeGreaterThanOrEqual(Math.min(ownedOf(member).length, least));
        }
      }),
    );
  });
});
