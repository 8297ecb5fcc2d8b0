import { setTimeout as sleep } from 'node:timers/promises';
import { takeSample } from './sample.ts';
import type { Sample } from './sample.ts';
import type { ServicePorts } from './services.ts';
import { renderLine, renderLinks, renderView } from './view.ts';
import type { ViewFrame } from './view.ts';

const REFRESH_MS = 1_000;
/** Without a terminal: one line now and then, for a log. */
const LINE_EVERY_MS = 5_000;
/** Rates are means over about this time, so that they do not flicker. */
const RATE_SAMPLES = 5;

/** Shows the pipeline's numbers until `signal` aborts: in place on a terminal, else as a line every few seconds. */
export async function showLiveView(
  frame: ViewFrame,
  ports: ServicePorts,
  output: NodeJS.WriteStream,
  signal: AbortSignal,
): Promise<void> {
  const samples: Sample[] = [];
  let paintedLines = 0;
  let nextLine = 0;
  if (!output.isTTY) output.write(`${renderLinks(frame).join('\n')}\n`);
  for (;;) {
    const sample = await takeSample(ports);
    if (signal.aborted) return;
    const previous = samples[0];
    samples.push(sample);
    if (samples.length > RATE_SAMPLES) samples.shift();
    if (output.isTTY) {
      // A terminal that does not know its size says 0.
      const lines = renderView(frame, sample, previous, output.columns || 80);
      lines.length = Math.min(lines.length, (output.rows || 25) - 1);
      // Back to the first line of the last picture, then clear from there down.
      const back = paintedLines > 0 ? `\u001b[${paintedLines}F` : '';
      output.write(`${back}\u001b[0J${lines.join('\n')}\n`);
      paintedLines = lines.length;
    } else if (sample.time >= nextLine && sample.aggregated !== undefined) {
      output.write(`${renderLine(sample, previous)}\n`);
      nextLine = sample.time + LINE_EVERY_MS;
    }
    await sleep(REFRESH_MS, undefined, { signal }).catch(() => undefined);
  }
}
