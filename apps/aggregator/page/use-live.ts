import { useEffect, useRef, useState } from 'preact/hooks';
import { joinHub } from './join-hub.ts';
import type { Period } from './period.ts';
import { choose, nothingOf, take } from './shown.ts';
import type { Shown } from './shown.ts';

const TICK_MS = 1_000;

/** All that the page shows. */
export interface LiveNow extends Shown {
  readonly nowMs: number;
}

/** What the server has sent about a period, and the time: a page that hears nothing more has to say so. */
export function useLive(workerUrl: string, period: Period): LiveNow {
  const [shown, setShown] = useState<Shown>(() => nothingOf(period));
  const [nowMs, setNowMs] = useState(() => Date.now());
  const chosen = useRef(period);
  const say = useRef<() => void>(() => undefined);
  chosen.current = period;

  useEffect(() => {
    say.current = joinHub(
      workerUrl,
      () => chosen.current,
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
  }, [workerUrl]);

  useEffect(() => {
    setShown((before) => choose(before, period));
    say.current();
  }, [period]);

  return { ...shown, nowMs };
}
