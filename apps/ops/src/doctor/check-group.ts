import type { GroupFacts, InspectedPosition } from '@login-pipeline/nest-streams/operations';
import type { Check } from './check.ts';

/** @param maxLag records that a group may be behind */
export function groupChecks(facts: GroupFacts, maxLag: number): readonly Check[] {
  return [
    ...memberChecks(facts),
    ...('found' in facts.positions
      ? facts.positions.found.flatMap((position) => positionChecks(facts, position))
      : []),
    ...lagChecks(facts, maxLag),
  ];
}

function nameOf({ groupId, topic }: GroupFacts): string {
  return `group ${groupId} on ${topic}`;
}

/** Members of two kinds share the records among them: each works off a part. */
function memberChecks(facts: GroupFacts): readonly Check[] {
  const { group, hasForeigners } = facts;
  if (!('found' in group) || !hasForeigners) return [];
  const { kind, assignor, members } = group.found;
  const who =
    kind === 'consumer'
      ? 'consumers with group.protocol=consumer (KIP-848)'
      : `consumers with another assignor ("${assignor}")`;
  const clients = [...new Set(members)].join(', ');
  const what = `${nameOf(facts)}: ${who} are in it: ${clients}`;
  const fix = 'Stop them, or give the service a group of its own (GROUP_ID)';
  return [{ state: 'mend', what, fix }];
}

function positionChecks(facts: GroupFacts, position: InspectedPosition): readonly Check[] {
  const { partition, committed, earliest, resume } = position;
  const what = `${nameOf(facts)}: the committed offset ${committed ?? ''} of partition ${partition}`;
  switch (resume.kind) {
    case 'resume':
    case 'fresh':
      return [];
    case 'created-anew':
      return [
        {
          state: 'look',
          what: `${what} is of another topic of this name: all records of the new one are read`,
        },
      ];
    case 'expired': {
      const gone = `${what} is below the earliest one, ${earliest}: ${resume.lost} are gone unread`;
      return [{ state: 'mend', what: gone, fix: decide(facts, partition) }];
    }
    case 'truncated': {
      const beyond = `${what} is ${resume.lost} beyond what is left of the log, which was cut at ${resume.offset}`;
      return [{ state: 'mend', what: beyond, fix: decide(facts, partition) }];
    }
    case 'impossible': {
      const above = `${what} is above the end of the log`;
      return [{ state: 'mend', what: above, fix: decide(facts, partition) }];
    }
  }
}

function decide({ groupId, topic }: GroupFacts, partition: number): string {
  return (
    `Stop the group, and decide where it goes on: GROUP_ID=${groupId} INPUT_TOPIC=${topic} npm run positions -- set ` +
    `--partition ${partition} --to earliest (or end, an offset, a time)`
  );
}

function lagChecks(facts: GroupFacts, maxLag: number): readonly Check[] {
  const { group, positions } = facts;
  const refused = [group, positions].find((look) => 'refusal' in look);
  if (refused !== undefined && 'refusal' in refused) {
    const what = `${nameOf(facts)} cannot be looked at: ${refused.refusal}`;
    return refused.isUnauthorized
      ? [{ state: 'look', what, fix: 'Allow Describe on it' }]
      : [
          {
            state: 'mend',
            what,
            fix: 'Look at the brokers, and at their topic __consumer_offsets',
          },
        ];
  }
  if (!('found' in group) || !('found' in positions)) return [];
  const { state, members } = group.found;
  const count = members.length;
  if (positions.found.every(({ committed }) => committed === undefined)) {
    const what = `${nameOf(facts)}: ${count} members, nothing committed yet`;
    const fix = count === 0 ? 'Start the service, or name its group' : undefined;
    return [{ state: 'look', what, fix }];
  }
  const unread = positions.found.filter(({ hasUnread }) => hasUnread);
  const lag = unread.reduce((sum, position) => sum + behind(position), 0n);
  const isPastMarks = lag === 0n && positions.found.some((position) => behind(position) > 0n);
  const why = isPastMarks ? ': only marks of transactions and aborted records follow' : '';
  const what = `${nameOf(facts)}: ${state}, ${count} members, ${lag} records behind${why}`;
  if (count === 0 && lag > 0n) return [{ state: 'mend', what, fix: 'Start the service' }];
  return lag > BigInt(maxLag)
    ? [{ state: 'look', what, fix: 'Look at its log, or start more replicas' }]
    : [{ state: 'ok', what }];
}

/** Offsets up to where readers of committed records end. */
function behind({ stableEnd, resume }: InspectedPosition): bigint {
  return stableEnd > resume.offset ? stableEnd - resume.offset : 0n;
}
