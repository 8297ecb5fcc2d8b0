import { beforeEach, describe, expect, it } from '@jest/globals';
import { UndecidedError } from '../plan/undecided-error.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import type { TransformOptions } from '../transform/engine.ts';
import {
  append,
  INPUT,
  OUTPUT,
  outputs,
  startService,
  until,
} from '../transform/testing/service.ts';
import type { Service } from '../transform/testing/service.ts';
import { StalledError } from './stalled-error.ts';

const STALL_TIMEOUT_MS = 20_000;
/** Looks are 2 s apart. */
const NOTICED_MS = STALL_TIMEOUT_MS + 5_000;
const LONG_MS = 3 * STALL_TIMEOUT_MS;

describe('The watch over partitions', () => {
  let cluster: SimulatedCluster;

  beforeEach(() => {
    cluster = new SimulatedCluster({ seed: 7 });
    cluster.createTopic(INPUT, 1);
    cluster.createTopic(OUTPUT, 1);
  });

  const start = (options: Partial<TransformOptions> = {}): Service =>
    startService(cluster, 'a', INPUT, { stallTimeoutMs: STALL_TIMEOUT_MS, ...options });

  /** A service that has passed its first record on. */
  async function working(options: Partial<TransformOptions> = {}): Promise<Service> {
    const service = start(options);
    append(cluster, 0, 'first');
    await until(cluster, () => outputs(cluster, 0).includes('first'));
    return service;
  }

  async function passed(milliseconds: number): Promise<void> {
    const began = cluster.now();
    await until(cluster, () => cluster.now() - began >= milliseconds, milliseconds + 1);
  }

  it('ends an engine that reads nothing although there is something to read', async () => {
    const { process, failures, engine } = await working();
    cluster.network.fault = (from, _broker, api) =>
      from === process && api === 'Fetch' ? 'lose-answer' : undefined;
    // A fetch that was asked before is answered.
    await passed(1_000);
    append(cluster, 0, 'second');
    await until(cluster, () => failures.length > 0, NOTICED_MS + 10_000);
    const [failure] = failures as StalledError[];
    expect(failure).toBeInstanceOf(StalledError);
    expect(failure?.message).toMatch(
      /^No progress on "logins" in group "transformer": partition 0 has been at offset 1 of 2 for \d\d s$/,
    );
    expect(engine.stalled).toMatch(/^partition 0 has been at offset 1 of 2/);
    expect(failure?.diagnosis).toMatchObject({
      membership: { state: 'member' },
      partitions: [{ partition: 0, position: '1', end: '2' }],
      inFlight: [],
    });
  });

  it('ends an engine whose plan never comes', async () => {
    const { failures } = start({ plan: () => () => new Promise(() => undefined) });
    append(cluster, 0, 'one');
    await until(cluster, () => failures.length > 0, NOTICED_MS + 10_000);
    expect(failures).toMatchObject([
      { code: 'STALLED', diagnosis: { inFlight: [{ partition: 0, from: '0', records: 1 }] } },
    ]);
  });

  it('keeps an engine whose partition is at its end', async () => {
    const { failures } = await working();
    await passed(LONG_MS);
    expect(failures).toEqual([]);
  });

  it('keeps an engine whose batch is undecided, and says what for', async () => {
    const undecided = (): Promise<never> =>
      Promise.reject(new UndecidedError('The registry does not answer'));
    const { failures, engine, events } = start({ plan: () => undecided });
    append(cluster, 0, 'one');
    await passed(LONG_MS);
    expect(failures).toEqual([]);
    expect([...engine.waiting]).toEqual([[0, 'The registry does not answer']]);
    expect(events.filter(({ kind }) => kind === 'waiting')).toHaveLength(1);
  });

  it('keeps an engine that no broker answers: a new one would not be answered either', async () => {
    const { process, failures } = await working();
    append(cluster, 0, 'second');
    cluster.network.partition(process);
    await passed(LONG_MS);
    expect(failures).toEqual([]);
  });

  it('ends an engine that no coordinator counts in any more', async () => {
    const { process, failures } = await working();
    cluster.network.fault = (from, _broker, api) =>
      from === process && (api === 'Heartbeat' || api === 'JoinGroup') ? 'lose-answer' : undefined;
    await until(cluster, () => failures.length > 0, NOTICED_MS + 20_000);
    expect(failures).toMatchObject([
      { message: expect.stringContaining('no coordinator has counted the member in for') },
    ]);
  });
});
