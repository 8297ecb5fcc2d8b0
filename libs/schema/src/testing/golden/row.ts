import type { Reason } from '../../reason.ts';

/** One line of the golden table; text stands for its UTF-8 bytes. */
export type Row = readonly [
  name: string,
  value: string | Buffer | null,
  outcome: 'valid' | Reason,
  why: string,
];
