import { runProgram } from '@login-pipeline/monitoring';
import type { Service } from '../service.ts';
import type { Pipeline } from './pipeline.ts';

/** What one service showed. */
export interface Scrape {
  readonly app: string;
  readonly series: number;
  /** The fastest of some scrapes under load, milliseconds: others share this machine. */
  readonly ms: number;
  /** Names of the families, in order. */
  readonly families: readonly string[];
  /** What promtool has against it; empty: nothing. */
  readonly lint: string;
}

const ROUNDS = 10;

/** Scrapes each kind of service, and the exporter's stand-in, as they run under load. */
export async function examine(pipeline: Pipeline): Promise<readonly Scrape[]> {
  const { transformers, aggregators, generator, exporter } = pipeline;
  const scrapes: Scrape[] = [];
  for (const service of [transformers[0], aggregators[0], generator]) {
    scrapes.push(await scrape(service.app, metricsUrl(service)));
  }
  scrapes.push(await scrape('kafka-exporter', `http://127.0.0.1:${exporter.port}/metrics`));
  return scrapes;
}

async function scrape(app: string, url: string): Promise<Scrape> {
  let text = '';
  let ms = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    text = await (await fetch(url)).text();
    ms = Math.min(ms, performance.now() - started);
  }
  const { output } = await runProgram('promtool', ['check', 'metrics'], text);
  const lines = text.split('\n').filter((line) => line !== '');
  return {
    app,
    ms,
    series: lines.filter((line) => !line.startsWith('#')).length,
    families: lines.flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? []),
    lint: output.trim(),
  };
}

function metricsUrl({ url }: Service): string {
  return `${url}/metrics`;
}
