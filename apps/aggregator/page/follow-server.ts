import { get } from './api.ts';
import type { Insights } from './api.ts';
import { follow } from './event-stream.ts';
import type { Follow } from './live-hub.ts';
import type { Live } from './live.ts';
import { Throughput } from './throughput.ts';

const TICK_MS = 1_000;
/** Seconds of throughput that are kept to be drawn. */
const RATES_KEPT = 120;

/** Routes that have no stream, with the time between two questions. */
const POLLS = [
  { part: 'flow', path: 'flow', periodMs: 2_000 },
  { part: 'traffic', path: 'insights/traffic', periodMs: 5_000 },
  { part: 'versions', path: 'insights/versions', periodMs: 15_000 },
] as const;

/**
 * Follows the server: the stream for the insights, and questions for the rest.
 *
 * @param base address of the page, which may lie below any path of a proxy
 */
export function followServer(base: string): Follow {
  return (change, isSeen, signal) => {
    const throughput = new Throughput();
    let connected = false;
    let lastSignMs: number | undefined;
    let insights: Insights | undefined;
    let rates: Live['rates'] = [];
    const connection = (isConnected: boolean): void => {
      connected = isConnected;
      if (connected) lastSignMs = Date.now();
      change({ connection: { connected, lastSignMs } });
    };

    void follow(new URL('insights/stream', base), signal, {
      onOpen: () => {
        throughput.reset();
        connection(true);
      },
      onSign: () => {
        connection(true);
      },
      onEvent: (text) => {
        insights = JSON.parse(text) as Insights;
        change({ insights });
      },
      onLost: () => {
        connection(false);
      },
    });

    const ticking = setInterval(() => {
      // The server sends nothing while nothing changes: then the total is what it was.
      if (connected && insights !== undefined) throughput.add(performance.now(), insights.total);
      const rate = connected ? throughput.perSecond : undefined;
      rates = [...rates, rate].slice(-RATES_KEPT);
      change({ rates });
    }, TICK_MS);

    const polling = POLLS.map(({ part, path, periodMs }) =>
      poll(
        periodMs,
        () => connected && isSeen(),
        async () => {
          change({ [part]: await get(new URL(path, base)) });
        },
      ),
    );

    signal.addEventListener('abort', () => {
      clearInterval(ticking);
      polling.forEach(clearInterval);
    });
  };
}

/** Asks when it is worth it, soon for the first time and then once per period; one question at a time. */
function poll(
  periodMs: number,
  worthIt: () => boolean,
  ask: () => Promise<void>,
): ReturnType<typeof setInterval> {
  let lastMs = -Infinity;
  let asking = false;
  return setInterval(() => {
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
