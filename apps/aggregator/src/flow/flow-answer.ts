import * as z from 'zod';
import type { Flow } from '@login-pipeline/nest-streams';

const count = z.int().min(0);

/** What `GET /flow` answers, for its type and for the API document. */
export const FLOW = z
  .discriminatedUnion('available', [
    z.object({
      available: z.literal(true),
      time: z.string().meta({ format: 'date-time' }).describe('When it was counted.'),
      consumed: count.describe('Input records: emitted + dropped + deadLettered.'),
      emitted: count.describe('Written on as processed logins.'),
      dropped: count.describe('Not let pass by the filter of app versions.'),
      deadLettered: count.describe('Invalid, set aside as dead letters.'),
      uncounted: count
        .optional()
        .describe(
          'Only where the positions were set: offsets before those at which the counts began anew.',
        ),
      lag: count.describe('Input records that wait for the transformer.'),
    }),
    z.object({ available: z.literal(false), reason: z.string() }),
  ])
  .describe('What the transformer did with every input record.');

/** The body of `GET /flow`. */
export function flowAnswer(flow: Flow | undefined): z.infer<typeof FLOW> {
  if (flow === undefined) {
    return { available: false, reason: 'The progress of the transformer is not known yet.' };
  }
  const { time, emitted, dropped, deadLettered, uncounted, lag } = flow;
  return {
    available: true,
    time: time.toISOString(),
    consumed: emitted + dropped + deadLettered,
    emitted,
    dropped,
    deadLettered,
    ...(uncounted > 0 && { uncounted }),
    lag,
  };
}
