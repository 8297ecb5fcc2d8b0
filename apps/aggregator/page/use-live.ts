import { useEffect, useRef, useState } from 'preact/hooks';
import { get } from './api.ts';
import type { Flow, Insights, Traffic, Versions } from './api.ts';
import type { Connection } from './connection.ts';
import { follow } from './event-stream.ts';
import { Throughput } from './throughput.ts';

const TICK_MS = 1_000;
/** Seconds of throughput that are kept to be drawn. */
const RATES_KEPT = 120;

/** Routes that have no stream, with the time between two questions. */
const POLLS = { flow: 2_000, traffic: 5_000, versions: 15_000 } as const;
const PATHS = {
  flow: 'flow',
  traffic: 'insights/traffic',
  versions: 'insights/versions',
} as const;

/** All that the page shows. */
export interface Live {
  readonly connection: Connection;
  readonly nowMs: number;
  readonly insights: Insights | undefined;
  readonly flow: Flow | undefined;
  readonly traffic: Traffic | undefined;
  readonly versions: Versions | undefined;
  /** Logins per second, one value a second, the newest last; undefined where it was not known. */
  readonly rates: readonly (number | undefined)[];
}

const NOTHING: Live = {
  connection: { connected: false, lastSignMs: undefined },
  nowMs: Date.now(),
  insights: undefined,
  flow: undefined,
  traffic: undefined,
  versions: undefined,
  rates: [],
};

/** Follows the server: the stream for the insights, and questions for the rest. */
export function useLive(): Live {
  const [live, setLive] = useState(NOTHING);
  const throughput = useRef(new Throughput()).current;

  useEffect(() => {
    const change = (part: Partial<Live>): void => {
      setLive((before) => ({ ...before, ...part }));
    };
    const sign = (connected: boolean): void => {
      change({ connection: { connected, lastSignMs: Date.now() } });
    };
    let connected = false;
    let insights: Insights | undefined;

    void follow('insights/stream', {
      onOpen: () => {
        connected = true;
        throughput.reset();
        sign(true);
      },
      onSign: () => {
        sign(true);
      },
      onEvent: (text) => {
        insights = JSON.parse(text) as Insights;
        change({ insights });
      },
      onLost: () => {
        connected = false;
        setLive((before) => ({ ...before, connection: { ...before.connection, connected } }));
      },
    });

    const ticking = setInterval(() => {
      // The server sends nothing while nothing changes: then the total is what it was.
      if (connected && insights !== undefined) throughput.add(performance.now(), insights.total);
      const rate = connected ? throughput.perSecond : undefined;
      setLive((before) => ({
        ...before,
        nowMs: Date.now(),
        rates: [...before.rates, rate].slice(-RATES_KEPT),
      }));
    }, TICK_MS);

    const polling = (['flow', 'traffic', 'versions'] as const).map((part) =>
      poll(
        POLLS[part],
        () => connected && !document.hidden,
        async () => {
          change({ [part]: await get(PATHS[part]) });
        },
      ),
    );

    return () => {
      clearInterval(ticking);
      polling.forEach(clearInterval);
    };
  }, [throughput]);

  return live;
}

/** Asks when it is worth it, soon for the first time and then once per period; one question at a time. */
function poll(periodMs: number, worthIt: () => boolean, ask: () => Promise<void>): number {
  let lastMs = -Infinity;
  let asking = false;
  return window.setInterval(() => {
    if (asking || !worthIt() || performance.now() - lastMs < periodMs) return;
    lastMs = performance.now();
    asking = true;
    ask()
      // The stream tells of a lost connection; what was shown stays until the next answer.
      .catch(() => undefined)
      .finally(() => {
        asking = false;
      });
  }, 250);
}
