import { compact } from './format.ts';

/** A step of colour, with the greatest number that has it, in words. */
export interface Explained {
  readonly step: number;
  readonly text: string;
}

/** @returns the steps to explain: of few logins, some have no number of their own */
export function legendOf(bounds: readonly number[]): readonly Explained[] {
  return bounds.flatMap((bound, index) => {
    const text = compact(bound);
    return text === compact(bounds[index - 1] ?? 0) ? [] : [{ step: index + 1, text }];
  });
}
