import type { AskedQuestion } from './asking.ts';
import { NOTHING } from './live.ts';
import type { Answers, News, Now } from './live.ts';
import type { Period } from './period.ts';

/** What a tab sends the hub every few seconds, and when it changes; `gone` holds until it says something else. */
export interface Word {
  readonly state: 'visible' | 'hidden' | 'gone';
  /** What it shows. */
  readonly period: Period;
  /** What it asks about that. */
  readonly questions: readonly AskedQuestion[];
}

/** A question of visible tabs. */
export type SeenQuestion = AskedQuestion & Pick<Word, 'period'>;

/** The hub's end of the channel to a tab. */
export interface Tab {
  postMessage(news: News): void;
}

/**
 * Follows the server until the signal is aborted.
 *
 * @param tell takes what is new, at least once a second
 * @param seen what visible tabs ask; what is only drawn needs to be asked for then alone
 * @returns is to be called when a tab has said something: it may want what was not asked for yet
 */
export type Follow = (
  tell: (news: News) => void,
  seen: () => readonly SeenQuestion[],
  signal: AbortSignal,
) => () => void;

/**
 * A tab in the background may say something once a minute only. One that says nothing for longer is frozen or has
 * crashed: what is posted to it would pile up.
 */
export const FORGOTTEN_AFTER_MS = 150_000;

interface Heard {
  readonly word: Word;
  readonly atMs: number;
}

/**
 * Follows the server once for any number of tabs, while there is one: a browser opens six connections to a server that
 * speaks HTTP/1.1, and a stream keeps one of them.
 */
export class LiveHub {
  readonly #follow: Follow;
  readonly #tabs = new Map<Tab, Heard>();
  /** Of the periods that tabs show, so that one more tab has them at once. */
  readonly #answers = new Map<Period, Partial<Answers>>();
  #now = NOTHING;
  #following: { readonly abort: AbortController; readonly wake: () => void } | undefined;

  constructor(follow: Follow) {
    this.#follow = follow;
  }

  /** A tab that is new, that was forgotten or that shows another period gets all there is; then what changes. */
  hear(tab: Tab, word: Word): void {
    if (word.state === 'gone') {
      this.#forget(tab);
      return;
    }
    const before = this.#tabs.get(tab)?.word;
    this.#tabs.set(tab, { word, atMs: Date.now() });
    this.#following ??= this.#start();
    if (before?.period !== word.period) {
      this.#dropUnwanted();
      const answers = this.#answers.get(word.period);
      tab.postMessage({
        ...(before === undefined && { now: this.#now }),
        ...(answers !== undefined && { of: { period: word.period, answers } }),
      });
    }
    this.#following.wake();
  }

  #start(): { abort: AbortController; wake: () => void } {
    const abort = new AbortController();
    const tell = (news: News): void => {
      if (!abort.signal.aborted) this.#tell(news);
    };
    const seen = (): readonly SeenQuestion[] =>
      eachOnce(this.#words().filter(({ state }) => state === 'visible'));
    return { abort, wake: this.#follow(tell, seen, abort.signal) };
  }

  #tell(news: News): void {
    const { now, of } = news;
    if (now !== undefined) this.#now = { ...this.#now, ...now };
    if (of !== undefined && this.#words().some(({ period }) => period === of.period)) {
      this.#answers.set(of.period, { ...this.#answers.get(of.period), ...of.answers });
    }
    const since = Date.now() - FORGOTTEN_AFTER_MS;
    for (const [tab, { word, atMs }] of this.#tabs) {
      if (atMs < since) this.#forget(tab);
      else if (now !== undefined || word.period === of?.period) tab.postMessage(news);
    }
  }

  #forget(tab: Tab): void {
    this.#tabs.delete(tab);
    this.#dropUnwanted();
    if (this.#tabs.size > 0) return;
    this.#following?.abort.abort();
    this.#following = undefined;
    // What it knew stays; how long ago that was, and the rates of each second, do not.
    const { connection, rates }: Now = NOTHING;
    this.#now = { ...this.#now, connection, rates };
  }

  #dropUnwanted(): void {
    const wanted = new Set(this.#words().map(({ period }) => period));
    for (const period of this.#answers.keys()) {
      if (!wanted.has(period)) this.#answers.delete(period);
    }
  }

  #words(): readonly Word[] {
    return [...this.#tabs.values()].map(({ word }) => word);
  }
}

/** The first questions of all tabs come first. */
function eachOnce(words: readonly Word[]): readonly SeenQuestion[] {
  const inTurn = words
    .flatMap(({ period, questions }) =>
      questions.map((question, turn) => ({ turn, question: { ...question, period } })),
    )
    .sort((one, other) => one.turn - other.turn);
  return [...new Map(inTurn.map(({ question }) => [question.path, question])).values()];
}
