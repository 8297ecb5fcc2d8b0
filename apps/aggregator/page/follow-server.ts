import { get } from './api.ts';
import type { Flow, Insights } from './api.ts';
import { follow } from './event-stream.ts';
import type { Follow, SeenQuestion } from './live-hub.ts';
import type { Answers, News, Now } from './live.ts';
import { Questions } from './questions.ts';
import type { Question } from './questions.ts';
import { Throughput } from './throughput.ts';

const TICK_MS = 1_000;
const LOOK_MS = 250;
/** Seconds of throughput that are kept to be drawn. */
const RATES_KEPT = 120;
const FLOW_MS = 2_000;

/**
 * Follows the server: one stream, that of all time, and questions for all else, one at a time.
 *
 * There is a stream for each period too, but it would keep a connection, of which a browser has six: eight tabs with a
 * period each could do nothing more. The one stream has what every tab needs (that the server lives, and the total that
 * the rate is made of), and tells when it is worth asking: numbers of a period change with those of all time, or with
 * the clock.
 *
 * @param base address of the page, which may lie below any path of a proxy
 */
export function followServer(base: string): Follow {
  return (tell, seen, signal) => {
    const throughput = new Throughput();
    let connected = false;
    let lastSignMs: number | undefined;
    let overall: Insights | undefined;
    let rates: Now['rates'] = [];
    const connection = (isConnected: boolean): void => {
      connected = isConnected;
      if (connected) lastSignMs = Date.now();
      tell({ now: { connection: { connected, lastSignMs } } });
    };
    const questions = new Questions(() => (connected ? questionsOf(base, seen(), tell) : []));
    const look = (): void => void questions.ask();

    void follow(new URL('insights/stream', base), signal, {
      onOpen: () => {
        throughput.reset();
        connection(true);
        look();
      },
      onSign: () => {
        connection(true);
      },
      onEvent: (text) => {
        overall = JSON.parse(text) as Insights;
        tell({ now: { overall } });
        questions.changed();
      },
      onLost: () => {
        connection(false);
      },
    });

    const ticking = setInterval(() => {
      // The server sends nothing while nothing changes: then the total is what it was.
      if (connected && overall !== undefined) throughput.add(performance.now(), overall.total);
      const rate = connected ? throughput.perSecond : undefined;
      rates = [...rates, rate].slice(-RATES_KEPT);
      tell({ now: { rates } });
    }, TICK_MS);
    const looking = setInterval(look, LOOK_MS);

    signal.addEventListener('abort', () => {
      clearInterval(ticking);
      clearInterval(looking);
    });
    return look;
  };
}

type Tell = (news: News) => void;

/** What is asked while tabs are seen: what they ask, and about the flow. */
function questionsOf(base: string, seen: readonly SeenQuestion[], tell: Tell): readonly Question[] {
  if (seen.length === 0) return [];
  const flow: Question = {
    path: 'flow',
    soonMs: FLOW_MS,
    everyMs: FLOW_MS,
    ask: async () => {
      const answer = await get<Flow>(new URL('flow', base)).catch(() => undefined);
      // Without an answer, what was shown stays: the stream tells of a lost connection.
      if (answer !== undefined) tell({ now: { flow: answer } });
    },
  };
  const ofTabs = seen.map(({ route, path, period, soonMs, everyMs }): Question => {
    const ask = async (): Promise<void> => {
      const answers = await answersOf(route, new URL(path, base));
      tell({ of: { period, answers } });
    };
    return { path, soonMs, everyMs, ask };
  });
  return [...ofTabs, flow];
}

async function answersOf(route: SeenQuestion['route'], url: URL): Promise<Partial<Answers>> {
  try {
    const answer = await get(url);
    return route === 'insights'
      ? { insights: answer as Insights, problem: undefined }
      : { [route]: answer };
  } catch (error) {
    // A card keeps what it shows; that the numbers of the headline are old has to be said.
    return route === 'insights' ? { problem: messageOf(error) } : {};
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
