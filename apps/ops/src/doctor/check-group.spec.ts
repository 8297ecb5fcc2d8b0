import { describe, expect, it } from '@jest/globals';
import type {
  GroupFacts,
  InspectedGroup,
  InspectedPosition,
} from '@login-pipeline/nest-streams/operations';
import { groupChecks } from './check-group.ts';

const MAX_LAG = 100;
const GROUP: InspectedGroup = {
  kind: 'classic',
  state: 'Stable',
  assignor: 'ours',
  members: ['a', 'a'],
};
const NAME = 'group g on t';

/** Where a group stands that has read all but the last offsets. */
function position(change: Partial<InspectedPosition> = {}): InspectedPosition {
  return {
    partition: 0,
    committed: 50n,
    earliest: 10n,
    stableEnd: 150n,
    resume: { kind: 'resume', offset: 50n },
    hasUnread: true,
    ...change,
  };
}

function facts(change: Partial<GroupFacts> = {}): GroupFacts {
  return {
    groupId: 'g',
    topic: 't',
    group: { found: GROUP },
    hasForeigners: false,
    positions: { found: [position()] },
    ...change,
  };
}

function linesOf(change: Partial<GroupFacts> = {}): readonly string[] {
  return groupChecks(facts(change), MAX_LAG).map(({ state, what }) => `${state}: ${what}`);
}

describe('A group', () => {
  it('is well when it has members and is not far behind', () => {
    expect(linesOf()).toEqual([`ok: ${NAME}: Stable, 2 members, 100 records behind`]);
  });

  it('is worth a look when it is behind, or has committed nothing', () => {
    const two = [position({ stableEnd: 60n }), position({ stableEnd: 141n })];
    expect(linesOf({ positions: { found: two } })).toEqual([
      `look: ${NAME}: Stable, 2 members, 101 records behind`,
    ]);
    const fresh = position({ committed: undefined, resume: { kind: 'fresh', offset: 10n } });
    expect(linesOf({ positions: { found: [fresh] } })).toEqual([
      `look: ${NAME}: 2 members, nothing committed yet`,
    ]);
  });

  it('has to be started when records wait for it, and not for marks of transactions', () => {
    const group = { found: { ...GROUP, state: 'Empty', members: [] } };
    expect(linesOf({ group })).toEqual([`mend: ${NAME}: Empty, 0 members, 100 records behind`]);
    const marks = position({ stableEnd: 51n, hasUnread: false });
    expect(linesOf({ group, positions: { found: [marks] } })).toEqual([
      `ok: ${NAME}: Empty, 0 members, 0 records behind: only marks of transactions and aborted records follow`,
    ]);
    expect(linesOf({ group, positions: { found: [marks, position()] } })).toEqual([
      `mend: ${NAME}: Empty, 0 members, 100 records behind`,
    ]);
  });

  it.each<[string, Partial<InspectedPosition>]>([
    [
      'mend: the committed offset 900 of partition 0 is above the end of the log',
      { committed: 900n, resume: { kind: 'impossible', offset: 900n } },
    ],
    [
      'mend: the committed offset 900 of partition 0 is 750 beyond what is left of the log, which was cut at 150',
      { committed: 900n, resume: { kind: 'truncated', offset: 150n, lost: 750n } },
    ],
    [
      'mend: the committed offset 4 of partition 0 is below the earliest one, 10: 6 are gone unread',
      { committed: 4n, resume: { kind: 'expired', offset: 10n, lost: 6n } },
    ],
    [
      'look: the committed offset 50 of partition 0 is of another topic of this name: all records of the new one are read',
      { resume: { kind: 'created-anew', offset: 10n } },
    ],
  ])('has a position that cannot be: %s', (finding, change) => {
    const found = [position({ hasUnread: false, ...change })];
    const [check] = groupChecks(facts({ positions: { found } }), MAX_LAG);
    expect(`${check?.state ?? ''}: ${check?.what ?? ''}`).toBe(
      finding.replace(': ', `: ${NAME}: `),
    );
    expect(check?.fix ?? 'GROUP_ID=g INPUT_TOPIC=t npm run positions').toContain(
      'GROUP_ID=g INPUT_TOPIC=t npm run positions',
    );
    if (check?.state === 'mend') expect(check.fix).toContain('-- set --partition 0 --to earliest');
  });

  it('is shared with consumers of another kind, who are named', () => {
    const consumers = { ...GROUP, kind: 'consumer', assignor: '' } as const;
    expect(linesOf({ group: { found: consumers }, hasForeigners: true })[0]).toBe(
      `mend: ${NAME}: consumers with group.protocol=consumer (KIP-848) are in it: a`,
    );
    expect(linesOf({ hasForeigners: true })[0]).toBe(
      `mend: ${NAME}: consumers with another assignor ("ours") are in it: a`,
    );
  });

  it('cannot be looked at without its coordinator, or without rights', () => {
    const group = { refusal: 'FindCoordinator: NONE THERE', isUnauthorized: false };
    expect(linesOf({ group })).toEqual([
      `mend: ${NAME} cannot be looked at: FindCoordinator: NONE THERE`,
    ]);
    const positions = { refusal: 'OffsetFetch: NO', isUnauthorized: true };
    expect(linesOf({ positions })).toEqual([`look: ${NAME} cannot be looked at: OffsetFetch: NO`]);
  });
});
