import * as z from 'zod';
import { count, whole } from '../../http/fields.ts';
import type { Asked, FoldedLogin, Gauges, Insight } from '../insight.ts';
import { JsonRows, route } from '../route.ts';
import type { Route } from '../route.ts';
import type { BoundedValues, Tally } from './bounded-values.ts';
import { asMembers, distributionOf } from './distribution.ts';
import type { Counts, Distribution } from './distribution.ts';
import type { SlotCounts } from './slot-counts.ts';
import { COUNTED, KEPT_HOUR, keptValues, MERGING, valueRows } from './value-counts.ts';

/** The query of a distribution's route. */
export const DISTRIBUTION_QUERY = {
  limit: whole(10_000).meta({ description: 'How many values to give at most; default: all.' }),
};

/** The answer of a distribution's route. */
export const DISTRIBUTION = {
  total: count.describe('Counted logins.'),
  values: z.array(z.object({ value: z.string(), count })).describe('Highest count first.'),
  omitted: z
    .object({ values: count, count })
    .describe('How many values, with how many logins, the limit has cut off.'),
};

/** A member of `/insights`: counts by value; what exceeds a bound is `other`. */
export const VALUES = z.record(z.string(), count);

/** Logins by the values of one member: all that there is to such an insight. */
export function distributionInsight<Member extends string>(definition: {
  readonly name: string;
  /** In `/insights`. */
  readonly member: Member;
  readonly route: Pick<Route, 'path' | 'summary'>;
  /** In rows for sinks. */
  readonly row: string;
  readonly valueOf: (login: FoldedLogin) => string;
  readonly gauges?: Gauges<Counts>;
}): Insight<BoundedValues<Tally>, SlotCounts, Counts, Record<Member, typeof VALUES>> {
  const { name, member, valueOf, gauges, row } = definition;
  return {
    name,
    version: 1,
    always: keptValues(COUNTED),
    cells: KEPT_HOUR,
    fold(values, hour, login) {
      const tally = values.of(valueOf(login));
      tally.count += 1;
      hour.add(tally.slot);
    },
    merging: MERGING,
    summary: {
      shape: { [member]: VALUES } as Record<Member, typeof VALUES>,
      of: (asked) => ({ [member]: asMembers(ranked(asked)) }),
    },
    routes: [distributionRoute(definition.route, ({ merged }) => merged)],
    ...(gauges && { gauges }),
    rows: valueRows(row),
  };
}

/** @returns the route of the counts that it takes from what is asked */
export function distributionRoute<Merged>(
  { path, summary }: Pick<Route, 'path' | 'summary'>,
  countsOf: (asked: Asked<Merged>) => Counts,
): Route<Merged> {
  return route({
    path,
    summary,
    query: DISTRIBUTION_QUERY,
    shape: DISTRIBUTION,
    prepare(asked: Asked<Merged>) {
      const all = distributionOf(countsOf(asked), asked.maxDistinctValues);
      const rows = all.map((each) => JSON.stringify(each));
      const { total } = asked;
      return {
        answer({ limit: most }) {
          // What exceeds the list asks the same as its length.
          const limit = Math.min(most ?? all.length, all.length);
          return {
            key: String(limit),
            json() {
              const omitted = all.slice(limit);
              const omittedCount = omitted.reduce((sum, { count: each }) => sum + each, 0);
              return {
                total,
                values: new JsonRows(rows.slice(0, limit)),
                omitted: { values: omitted.length, count: omittedCount },
              };
            },
            table: () => ({
              columns: ['value', 'count'],
              rows: all.slice(0, limit).map((each) => [each.value, each.count]),
            }),
          };
        },
      };
    },
  });
}

/** @returns the counts in order */
export function ranked({ merged, maxDistinctValues }: Asked<Counts>): Distribution {
  return distributionOf(merged, maxDistinctValues);
}

/**
 * @param most named values; what they leave is `other`
 * @returns samples of the most frequent values, each under the label
 */
export function topSamples<Label extends string>(
  counts: Counts,
  label: Label,
  most: number,
): readonly { readonly labels: Readonly<Record<Label, string>>; readonly value: number }[] {
  return distributionOf(counts, most).map(({ value, count: logins }) => ({
    labels: { [label]: value } as Record<Label, string>,
    value: logins,
  }));
}
