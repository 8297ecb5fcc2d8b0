import { describe, expect, it } from '@jest/globals';
import { Membership } from './membership.ts';

describe('Membership', () => {
  it('is a member from the assignment on, until it has to join again', () => {
    const membership = new Membership(0);
    expect(membership.state).toBe('starting');
    membership.joining('', 1);
    membership.joining('one', 2);
    membership.joined('one', 3);
    expect([membership.state, membership.generation]).toEqual(['member', 1]);
    membership.joining('one', 4);
    expect(membership.state).toBe('joining');
    membership.joined('two', 5);
    expect([membership.state, membership.generation, membership.memberId]).toEqual([
      'member',
      2,
      'two',
    ]);
  });

  it('is the member that it was when a heartbeat is answered although it wanted to join again', () => {
    const membership = new Membership(0);
    membership.joined('one', 1);
    membership.joining('one', 2);
    membership.counted(3);
    expect([membership.state, membership.generation]).toEqual(['member', 1]);
  });

  it('tells a join that ends a membership from the requests of one join', () => {
    const membership = new Membership(0);
    expect(membership.joining('', 1)).toBe(false);
    expect(membership.joining('one', 2)).toBe(false);
    membership.joined('one', 3);
    expect(membership.joining('one', 4)).toBe(true);
    membership.gone('restarting', 5);
    expect(membership.joining('', 6)).toBe(false);
  });

  it.each<{ name: string; happens: (membership: Membership) => void; outFor: number }>([
    { name: 'nothing happens', happens: () => undefined, outFor: 100 },
    { name: 'it joins for ever', happens: (it) => it.joining('', 50), outFor: 100 },
    {
      name: 'it joined',
      happens: (it) => {
        it.joined('one', 60);
      },
      outFor: 40,
    },
    {
      name: 'heartbeats were answered',
      happens: (it) => {
        it.joined('one', 60);
        it.counted(90);
      },
      outFor: 10,
    },
    {
      name: 'it restarts again and again',
      happens: (it) => {
        it.joined('one', 10);
        for (const now of [20, 40, 60, 80]) {
          it.gone('restarting', now);
          it.joining('', now + 10);
        }
      },
      outFor: 90,
    },
  ])('has been out for $outFor ms at 100 when $name', ({ happens, outFor }) => {
    const membership = new Membership(0);
    happens(membership);
    expect(membership.outFor(100, -Infinity)).toBe(outFor);
  });

  it('does not count what nobody watched', () => {
    expect(new Membership(0).outFor(100, 70)).toBe(30);
  });

  it('describes the last changes, however many there were', () => {
    const membership = new Membership(0);
    for (let now = 0; now < 100; now += 2) {
      membership.joining('one', now);
      membership.joined('one', now + 1);
    }
    const description = membership.describe(100);
    expect(description).toMatchObject({ state: 'member', generation: 50, countedInMsAgo: 1 });
    expect(description['changes']).toHaveLength(12);
  });
});
