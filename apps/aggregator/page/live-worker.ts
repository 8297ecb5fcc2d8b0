import { followServer } from './follow-server.ts';
import { LiveHub } from './live-hub.ts';
import type { Word } from './live-hub.ts';

// The shared worker of all tabs. It lies in a folder beside the page.
const hub = new LiveHub(followServer(new URL('..', location.href).href));

addEventListener('connect', (event) => {
  if (!(event instanceof MessageEvent)) return;
  for (const port of event.ports) {
    port.onmessage = ({ data }: MessageEvent<Word>) => {
      hub.hear(port, data);
    };
  }
});
