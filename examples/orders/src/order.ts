import * as z from 'zod';

const ORDER = z.object({
  id: z.string().min(1),
  status: z.enum(['open', 'paid', 'cancelled']),
  country: z.string().regex(/^[A-Z]{2}$/),
  cents: z.int().min(0),
});

export type Order = z.infer<typeof ORDER>;

/** Where orders are read and written; settings may name others. */
export const TOPICS = {
  inputTopic: 'orders',
  outputTopic: 'paid-orders',
  deadLetterTopic: 'orders.dead-letter',
};

/** Why a record is no order: a closed set, as it is a label of a metric. */
export const REASONS = ['no_json', 'no_order'] as const;

/** @returns the order, or why the value is none */
export function decodeOrder(value: Buffer | null): Order | (typeof REASONS)[number] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(String(value));
  } catch {
    return 'no_json';
  }
  const { success, data } = ORDER.safeParse(parsed);
  return success ? data : 'no_order';
}
