import type { Minute } from './flatness.ts';

/** What a scrape of a service tells about its process. */
type Scrape = Omit<Minute, 'recordsPerSecond'>;

/** Sample names of prom-client's default metrics, and what makes our unit of them. */
const SAMPLES = {
  heapMb: { sample: 'nodejs_heap_size_used_bytes', factor: 1e-6 },
  rssMb: { sample: 'process_resident_memory_bytes', factor: 1e-6 },
  fileDescriptors: { sample: 'process_open_fds', factor: 1 },
  activeResources: { sample: 'nodejs_active_resources', factor: 1 },
  eventLoopMs: { sample: 'nodejs_eventloop_lag_p99_seconds', factor: 1e3 },
} as const satisfies Readonly<Record<keyof Scrape, { sample: string; factor: number }>>;

/** Scrapes a service as Prometheus would, and sums the scrapes of a minute up. */
export class ServiceMeter {
  readonly name: string;
  readonly #url: string;
  #scrapes: Scrape[] = [];

  constructor(name: string, url: string) {
    this.name = name;
    this.#url = url;
  }

  /** @throws TypeError when the service does not answer */
  async scrape(): Promise<void> {
    const text = await (await fetch(`${this.#url}/metrics`)).text();
    const read = (of: keyof Scrape): number => {
      const { sample, factor } = SAMPLES[of];
      const values = [...text.matchAll(new RegExp(`^${sample}(?:{[^}]*})? (.+)$`, 'gm'))];
      if (values.length === 0) throw new Error(`${this.name} has no metric ${sample}`);
      return values.reduce((sum, [, value]) => sum + Number(value), 0) * factor;
    };
    this.#scrapes.push({
      heapMb: read('heapMb'),
      rssMb: read('rssMb'),
      fileDescriptors: read('fileDescriptors'),
      activeResources: read('activeResources'),
      eventLoopMs: read('eventLoopMs'),
    });
  }

  /** @returns the minute so far; the next one begins */
  minute(recordsPerSecond: number): Minute {
    const of = (name: keyof Scrape): number[] => this.#scrapes.map((scrape) => scrape[name]);
    const minute: Minute = {
      recordsPerSecond,
      heapMb: Math.min(...of('heapMb')),
      rssMb: Math.max(...of('rssMb')),
      fileDescriptors: Math.max(...of('fileDescriptors')),
      activeResources: Math.min(...of('activeResources')),
      eventLoopMs: Math.max(...of('eventLoopMs')),
    };
    this.#scrapes = [];
    return minute;
  }
}
