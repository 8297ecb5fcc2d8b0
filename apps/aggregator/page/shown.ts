import type { Answers, News, Now } from './live.ts';
import { NOTHING } from './live.ts';
import { ALL_TIME } from './period.ts';
import type { Period } from './period.ts';

/** An answer with the period that it is of. */
export interface Held<Answer> {
  readonly period: Period;
  readonly answer: Answer;
}

/**
 * What a tab shows. An answer of the period before stays until there is one of the chosen period: a page that was empty
 * in between would jump.
 */
export interface Shown {
  /** The chosen period. */
  readonly period: Period;
  readonly now: Now;
  readonly held: { readonly [Name in keyof Answers]?: Held<Answers[Name]> };
}

export function nothingOf(period: Period): Shown {
  return { period, now: NOTHING, held: {} };
}

/** Another period is chosen. */
export function choose(shown: Shown, period: Period): Shown {
  return withOverall({ ...shown, period });
}

/** The hub tells something: to a tab that is new, of now and of its period at once. */
export function take(shown: Shown, { now, of }: News): Shown {
  const ofNow = now === undefined ? shown : { ...shown, now: { ...shown.now, ...now } };
  const next = now?.overall === undefined ? ofNow : withOverall(ofNow);
  if (of?.period !== shown.period) return next;
  const { period, answers } = of;
  const told = Object.entries(answers).map(([name, answer]) => [name, { period, answer }]);
  return { ...next, held: { ...next.held, ...(Object.fromEntries(told) as Shown['held']) } };
}

/** The stream has the insights of all time: they are not asked for. */
function withOverall(shown: Shown): Shown {
  const { overall } = shown.now;
  if (shown.period !== ALL_TIME || overall === undefined) return shown;
  const insights = { period: ALL_TIME, answer: overall };
  const problem = { period: ALL_TIME, answer: undefined };
  return { ...shown, held: { ...shown.held, insights, problem } };
}
