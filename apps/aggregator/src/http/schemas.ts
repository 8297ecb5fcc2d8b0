import * as z from 'zod';
import { LOGIN_BUCKETS } from '../insights/index.ts';

/**
 * The one definition of what HTTP takes and gives: input is validated with it, answers have its types, the OpenAPI
 * document is made from it.
 */

const DAY = '\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])';
const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d';

const MINUTE_EXAMPLE = '2024-12-17T18:47Z';

const count = z.int().min(0);
const time = z.string().meta({ format: 'date-time' });
const minute = z.string().meta({ examples: [MINUTE_EXAMPLE] });
const distribution = z.record(z.string(), count);

const asOf = z
  .object({
    partitions: z
      .record(z.string(), z.string())
      .describe('Next offset by input partition: the answer contains all records below it.'),
    time: time.nullable().describe('Timestamp of the newest record contained.'),
  })
  .describe('What the answer rests on. Equal partitions mean equal answers from every replica.');

const complete = z.boolean().describe('Whether every input partition is contained.');

const minuteCounts = z.array(z.object({ minute, count }));

export const INSIGHTS = z.object({
  complete,
  asOf,
  total: count.describe('Counted logins.'),
  deviceTypes: distribution.describe('Counted logins by device type.'),
  appVersions: distribution.describe('Counted logins by app version; rare ones are `other`.'),
  locales: distribution.describe('Counted logins by locale; rare ones are `other`.'),
  traffic: z.object({
    peaks: minuteCounts.describe('The busiest minutes of event time, busiest first.'),
  }),
  distinctUsers: z
    .object({ estimate: count, relativeError: z.number() })
    .describe('Distinct users of all counted logins; relative standard error of the estimate.'),
  loginsPerUserPerDay: z
    .array(
      z.object({
        day: z.string().meta({ format: 'date' }),
        users: z.record(z.enum(LOGIN_BUCKETS), count),
        sampledUsers: count,
      }),
    )
    .describe(
      'Estimated users by how often they logged in on the newest UTC day and the day before. ' +
        'A share p has the standard error sqrt(p (1 - p) / sampledUsers).',
    ),
  expired: count.describe('Records older than the remembered traffic; counted nowhere else.'),
  invalid: count.describe('Records that are no processed login, and those of `future`.'),
  future: count.describe(
    "Invalid because the login lies over an hour ahead of its record's timestamp, or of the service's clock.",
  ),
});

export const DISTRIBUTION = z.object({
  complete,
  asOf,
  total: count.describe('Counted logins.'),
  values: z.array(z.object({ value: z.string(), count })).describe('Highest count first.'),
  omitted: z
    .object({ values: count, count })
    .describe('How many values, with how many logins, the limit has cut off.'),
});

export const TRAFFIC = z.object({
  complete,
  asOf,
  minutes: minuteCounts.describe('Minutes with logins, ascending.'),
  peaks: minuteCounts.describe('The busiest of these minutes, busiest first.'),
});

export const VERSIONS = z.object({
  complete,
  asOf,
  versions: z
    .array(z.object({ version: z.string(), firstSeen: time, lastSeen: time }))
    .describe('Event time of the first and the last login, most frequent version first.'),
  hours: z
    .array(
      z.object({
        hour: z.string().meta({ examples: ['2024-12-17T18:00Z'] }),
        versions: distribution,
      }),
    )
    .describe('Logins by version and UTC hour of event time, ascending.'),
});

const ledgerEntry = z.object({
  consumed: count,
  counted: count,
  expired: count,
  invalid: count,
  future: count.describe(
    "How many of `invalid` lie over an hour ahead of their record's timestamp, or of the service's clock.",
  ),
  unaccounted: z.int().describe('consumed - counted - expired - invalid: always 0.'),
});

export const LEDGER = z.object({
  complete,
  partitions: z.record(z.string(), ledgerEntry.extend({ nextOffset: z.string() })),
  total: ledgerEntry,
});

export const PROBLEM = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().optional(),
    instance: z.string().optional(),
  })
  .describe('RFC 9457 problem document.');

function whole(max: number): z.ZodType<number | undefined> {
  const expected = `a whole number from 1 to ${max} is expected`;
  return z.preprocess(
    digitsToNumber,
    z.int(expected).min(1, expected).max(max, expected).optional(),
  );
}

const TIME_EXPECTED = `a time in UTC such as ${MINUTE_EXAMPLE} is expected`;

const timeBound = (description: string): z.ZodOptional<z.ZodString> =>
  z
    .string(TIME_EXPECTED)
    .regex(new RegExp(`^${DAY}T${TIME}(?::[0-5]\\d(?:\\.\\d{1,3})?)?Z$`), {
      error: TIME_EXPECTED,
      abort: true,
    })
    .refine(isDay, TIME_EXPECTED)
    .optional()
    .meta({ description, examples: [MINUTE_EXAMPLE] });

/** Unknown members are refused: a misspelt one would otherwise be answered as if it were not there. */
export const NO_QUERY = z.strictObject({});

export const DISTRIBUTION_QUERY = z.strictObject({
  limit: whole(10_000).meta({ description: 'How many values to give at most; default: all.' }),
});

export const TRAFFIC_QUERY = z.strictObject({
  from: timeBound('First minute to give, UTC; default: as far back as remembered.'),
  to: timeBound('Last minute to give, UTC, itself included; default: the newest.'),
  peaks: whole(10_000).meta({ description: 'How many peaks to give at most; default: 5.' }),
});

/** Only plain digits are a number: `Number()` alone also takes '', ' 5 ', '0x10' and '1e3'. */
function digitsToNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

/** `Date` takes the 30th of February for the 2nd of March. */
function isDay(time: string): boolean {
  return new Date(time).toISOString().slice(0, 10) === time.slice(0, 10);
}
