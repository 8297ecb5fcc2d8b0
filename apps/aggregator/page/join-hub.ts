import { followServer } from './follow-server.ts';
import { LiveHub } from './live-hub.ts';
import type { Word } from './live-hub.ts';
import type { News } from './live.ts';

const BEAT_MS = 2_000;
/** The hub sends something every second; a shared one that is silent for so many beats has crashed. */
const BEATS_OF_SILENCE = 3;

type Hear = (news: News) => void;

interface Hub {
  readonly isShared: boolean;
  readonly say: (word: Word) => void;
}

/**
 * Joins, for as long as the tab lives, the hub that follows the server for all tabs: a shared worker. Where there is
 * none, as in some browsers of phones, each tab has a hub to itself, and gives its connections back while hidden.
 *
 * @param workerUrl the worker's script; its name has a digest, so that tabs of another version have another worker
 * @param wanted the period that the tab shows, and what it asks about that
 * @returns is to be called when that is another one
 */
export function joinHub(
  workerUrl: string,
  wanted: () => Omit<Word, 'state'>,
  onNews: Hear,
): () => void {
  let silentBeats = 0;
  const hear: Hear = (news) => {
    silentBeats = 0;
    onNews(news);
  };
  const join = (): Hub => {
    try {
      return sharedHub(workerUrl, hear, () => {
        hub = ownHub(hear);
        say();
      });
    } catch {
      // The browser knows no shared workers, or refuses them because it is to store nothing.
      return ownHub(hear);
    }
  };
  let hub = join();
  const say = (): void => {
    const state = document.hidden ? (hub.isShared ? 'hidden' : 'gone') : 'visible';
    hub.say({ state, ...wanted() });
  };

  say();
  document.addEventListener('visibilitychange', say);
  setInterval(() => {
    silentBeats += 1;
    if (hub.isShared && silentBeats > BEATS_OF_SILENCE) {
      silentBeats = 0;
      hub.say({ state: 'gone', ...wanted() });
      hub = join();
    }
    say();
  }, BEAT_MS);
  return say;
}

function sharedHub(url: string, hear: Hear, onMissing: () => void): Hub {
  const worker = new SharedWorker(url);
  worker.onerror = onMissing;
  worker.port.onmessage = ({ data }: MessageEvent<News>) => {
    hear(data);
  };
  return {
    isShared: true,
    say: (word) => {
      worker.port.postMessage(word);
    },
  };
}

function ownHub(hear: Hear): Hub {
  const hub = new LiveHub(followServer(document.baseURI));
  const tab = { postMessage: hear };
  return {
    isShared: false,
    say: (word) => {
      hub.hear(tab, word);
    },
  };
}
