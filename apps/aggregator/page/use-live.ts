import { useEffect, useRef, useState } from 'preact/hooks';
import { questionsAbout } from './asking.ts';
import type { PeriodQuestion } from './asking.ts';
import { joinHub } from './join-hub.ts';
import type { Period } from './period.ts';
import { choose, nothingOf, take } from './shown.ts';
import type { Shown } from './shown.ts';

const TICK_MS = 1_000;

/** All that the page shows. */
export interface LiveNow extends Shown {
  readonly nowMs: number;
}

/**
 * What the server has sent about a period, and the time: a page that hears nothing more has to say so.
 *
 * @param questions of the cards; always the same
 */
export function useLive(
  workerUrl: string,
  period: Period,
  questions: readonly PeriodQuestion[],
): LiveNow {
  const [shown, setShown] = useState<Shown>(() => nothingOf(period));
  const [nowMs, setNowMs] = useState(() => Date.now());
  const chosen = useRef(period);
  const say = useRef<() => void>(() => undefined);
  chosen.current = period;

  useEffect(() => {
    say.current = joinHub(
      workerUrl,
      () => ({
        period: chosen.current,
        questions: questionsAbout(chosen.current, questions),
      }),
      (news) => {
        setShown((before) => take(before, news));
      },
    );
    const ticking = setInterval(() => {
      setNowMs(Date.now());
    }, TICK_MS);
    return () => {
      clearInterval(ticking);
    };
  }, [workerUrl, questions]);

  useEffect(() => {
    setShown((before) => choose(before, period));
    say.current();
  }, [period]);

  return { ...shown, nowMs };
}
