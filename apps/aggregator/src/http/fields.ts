import * as z from 'zod';

/** What queries and answers of several routes are made of. */

const DAY = '\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])';
const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d';
const MINUTE_EXAMPLE = '2024-12-17T18:47Z';

export const count = z.int().min(0);
export const time = z.string().meta({ format: 'date-time' });
export const date = z.string().meta({ format: 'date' });
export const minute = z.string().meta({ examples: [MINUTE_EXAMPLE] });

/** A number that is estimated. */
export const estimate = z
  .object({ estimate: count, relativeError: z.number() })
  .describe('Estimated; two answers of three are nearer to the truth than the relative error.');

/** @returns a query member: a whole number from 1 */
export function whole(max: number): z.ZodType<number | undefined> {
  const expected = `a whole number from 1 to ${max} is expected`;
  return z.preprocess(
    digitsToNumber,
    z.int(expected).min(1, expected).max(max, expected).optional(),
  );
}

const TIME_EXPECTED = `a time in UTC such as ${MINUTE_EXAMPLE} is expected`;

/** @returns a query member: a time in UTC */
export function timeBound(description: string): z.ZodOptional<z.ZodString> {
  return z
    .string(TIME_EXPECTED)
    .regex(new RegExp(`^${DAY}T${TIME}(?::[0-5]\\d(?:\\.\\d{1,3})?)?Z$`), {
      error: TIME_EXPECTED,
      abort: true,
    })
    .refine(isDay, TIME_EXPECTED)
    .optional()
    .meta({ description, examples: [MINUTE_EXAMPLE] });
}

const DAY_EXPECTED = 'a day in UTC such as 2024-12-17 is expected';

/** @returns a query member: a day in UTC */
export function dayBound(description: string): z.ZodOptional<z.ZodString> {
  return z
    .string(DAY_EXPECTED)
    .regex(new RegExp(`^${DAY}$`), { error: DAY_EXPECTED, abort: true })
    .refine(isDay, DAY_EXPECTED)
    .optional()
    .meta({ description, examples: ['2024-12-17'] });
}

/** Only plain digits are a number: `Number()` alone also takes '', ' 5 ', '0x10' and '1e3'. */
function digitsToNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

/** `Date` takes the 30th of February for the 2nd of March. */
function isDay(text: string): boolean {
  return new Date(text).toISOString().slice(0, 10) === text.slice(0, 10);
}
