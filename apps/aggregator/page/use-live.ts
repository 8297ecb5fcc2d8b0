import { useEffect, useState } from 'preact/hooks';
import { joinHub } from './join-hub.ts';
import { NOTHING } from './live.ts';
import type { Live } from './live.ts';

const TICK_MS = 1_000;

/** All that the page shows. */
export interface LiveNow extends Live {
  readonly nowMs: number;
}

/** What the server has sent, and the time: a page that hears nothing more has to say so. */
export function useLive(workerUrl: string): LiveNow {
  const [live, setLive] = useState<LiveNow>(() => ({ ...NOTHING, nowMs: Date.now() }));

  useEffect(() => {
    const change = (part: Partial<LiveNow>): void => {
      setLive((before) => ({ ...before, ...part }));
    };
    joinHub(workerUrl, change);
    const ticking = setInterval(() => {
      change({ nowMs: Date.now() });
    }, TICK_MS);
    return () => {
      clearInterval(ticking);
    };
  }, [workerUrl]);

  return live;
}
