import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plant } from '../chaos/plant.ts';
import { largeLogin, makeLoad } from '../load.ts';
import { answerOf } from '../probe-answer.ts';
import { Cluster } from '../cluster.ts';
import type { Lane } from '../cluster.ts';
import type { ProxiedCluster } from '../proxied-cluster.ts';
import { startProxiedCluster } from '../proxied-cluster.ts';
import { killServices, Service } from '../service.ts';
import { stall } from './stalled-run.ts';
import type { StalledRun } from './stalled-run.ts';
import { PLANTED_STALL, SLOW_MS, STALLING, STALLS } from './stalls.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const STALL_TIMEOUT_MS = 4_000;
/** After the time-out a service has so long to find it out, to close and to end. */
const GRACE_MS = 10_000;
/** Shorter than a slow batch lasts: only its moving keeps the service alive. */
const SHORT_TIMEOUT_MS = 2 * SLOW_MS;
const SLOW_RECORDS = 12;

/** The services that stall do so side by side: most of the time they wait. */
describe('stalls', () => {
  let brokers: ProxiedCluster;
  let folder: string;
  const runs = new Map<string, Promise<StalledRun>>();
  let idle: { service: Service; lane: Lane; readyAt: number };
  let slow: Promise<{ service: Service; ms: number }>;

  beforeAll(async () => {
    const parent = join(ROOT, 'dist', 'stalls');
    mkdirSync(parent, { recursive: true });
    folder = mkdtempSync(join(parent, 'run-'));
    await plant(STALLING, ROOT, folder);
    brokers = await startProxiedCluster();

    const settings = { STALL_TIMEOUT_MS: String(STALL_TIMEOUT_MS) };
    for (const each of STALLS) {
      const run = stall(each, brokers, { dist: folder, settings });
      run.catch(() => undefined);
      runs.set(each.name, run);
    }
    idle = await startIdle();
    slow = processSlowly();
    slow.catch(() => undefined);
  });
  afterAll(async () => {
    await killServices();
    await brokers.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(STALLS)(
    '$name ends with 75 and one diagnosis',
    async ({ app, name, inFlight, fault }) => {
      const run = await runs.get(name);
      expect(run?.exit).toBe(75);
      const reason = expect.stringMatching(/^partition 0 has been at offset \d+ of \d+ for/);
      // An aggregator waits for its batch before it ends; the others end before the next probe.
      const isProbed = app === 'aggregator' && inFlight;
      if (isProbed) expect(run?.notLive).toEqual(answerOf([], { consumer: reason }));
      expect(run?.ms).toBeGreaterThan(STALL_TIMEOUT_MS);
      expect(run?.ms).toBeLessThan(STALL_TIMEOUT_MS + GRACE_MS);

      expect(run?.dumps).toHaveLength(1);
      const [dump] = run?.dumps ?? [];
      expect(dump?.msg).toMatch(
        /^No progress on ".+": partition 0 has been at offset \d+ of \d+ for/,
      );
      expect(dump?.diagnosis).toMatchObject({
        membership: { state: 'member', generation: 1 },
        partitions: [{ partition: 0 }],
        inFlight: inFlight ? [{ partition: 0 }] : [],
        process: { resources: expect.objectContaining({ TCPSocketWrap: expect.any(Number) }) },
      });
      const waiting = dump?.diagnosis.sockets.filter(({ answered }) => !answered);
      if (fault !== undefined)
        expect(waiting).toContainEqual(expect.objectContaining({ request: 'Fetch' }));
      expect(run?.output).not.toMatch(/424cdd21|10\.1\.2\./);
    },
  );

  it('a topic that is idle for many time-outs keeps its service', async () => {
    const { service, lane, readyAt } = idle;
    await service.until(
      'many time-outs',
      () => performance.now() - readyAt > 10 * SHORT_TIMEOUT_MS,
    );
    expect(await service.status('/health/live')).toBe(200);
    await brokers.cluster.produce(lane.input, makeLoad(40, 1));
    await service.until('its work', () => brokers.cluster.isDone(lane));
    expect(await service.stop()).toBe(0);
  });

  it('a service that is slow, but moves, is kept', async () => {
    const { service, ms } = await slow;
    expect(ms).toBeGreaterThan(3 * SHORT_TIMEOUT_MS);
    expect(await service.status('/health/live')).toBe(200);
    expect(await service.stop()).toBe(0);
  });

  async function startIdle(): Promise<typeof idle> {
    const lane = await brokers.cluster.lane({ partitions: 1 });
    const settings = { ...lane.settings, STALL_TIMEOUT_MS: String(SHORT_TIMEOUT_MS) };
    const service = await Service.start('transformer', settings);
    await service.ready();
    return { service, lane, readyAt: performance.now() };
  }

  /** Records so large that a fetch brings one: each batch takes its time, and there is always something left. */
  async function processSlowly(): Promise<{ service: Service; ms: number }> {
    const cluster = await Cluster.connect();
    try {
      const lane = await cluster.lane({ partitions: 1 });
      const large = Array.from({ length: SLOW_RECORDS }, () => largeLogin(900_000));
      await cluster.produce(lane.input, [...makeLoad(20, 1), ...large]);
      const settings = {
        ...lane.settings,
        STALL_TIMEOUT_MS: String(SHORT_TIMEOUT_MS),
        [PLANTED_STALL]: 'slow',
      };
      const service = await Service.start('transformer', settings, process.execPath, folder);
      await service.until('its first batch', async () => (await cluster.committed(lane))[0]);
      const began = performance.now();
      await service.until('its work', () => cluster.isDone(lane), 60_000);
      return { service, ms: performance.now() - began };
    } finally {
      await cluster.disconnect();
    }
  }
});
