import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { Metrics } from '@login-pipeline/observability';
import { LoginGenerator } from './login-generator.ts';
import type { LoadSettings, Send } from './login-generator.ts';
import type { GeneratedRecord } from './login-stream.ts';
import type { TruthReport } from './truth.ts';

function settings(changes: Partial<LoadSettings> = {}): LoadSettings {
  return {
    rate: 0,
    count: 250,
    seed: 1,
    badRatio: 0.1,
    truthFile: undefined,
    producer: { lingerMs: 5, batchMaxRecords: 100, compression: 'none' },
    ...changes,
  };
}

function collect(): { records: GeneratedRecord[]; sizes: number[]; send: Send } {
  const records: GeneratedRecord[] = [];
  const sizes: number[] = [];
  return {
    records,
    sizes,
    send: (batch) => {
      records.push(...batch);
      sizes.push(batch.length);
      return Promise.resolve();
    },
  };
}

async function inFolder(use: (truthFile: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'generator-'));
  try {
    await use(join(folder, 'truth.json'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readTruth(path: string): Promise<TruthReport> {
  return JSON.parse(await readFile(path, 'utf8')) as TruthReport;
}

describe('LoginGenerator', () => {
  it('sends COUNT records in full batches and says how many were good', async () => {
    const { sizes, send } = collect();
    const generated = await new LoginGenerator(settings(), send, new Metrics()).run();
    expect(sizes).toEqual([100, 100, 50]);
    expect(generated.good + generated.bad).toBe(250);
    expect(generated.bad).toBeGreaterThan(20);
  });

  it('sends the same logins whatever rate and batch size', async () => {
    const [bulk, paced] = [collect(), collect()];
    await new LoginGenerator(settings(), bulk.send, new Metrics()).run();
    const producer = { lingerMs: 0, batchMaxRecords: 7, compression: 'none' } as const;
    await new LoginGenerator(settings({ rate: 5000, producer }), paced.send, new Metrics()).run();
    expect(Math.max(...paced.sizes)).toBeLessThanOrEqual(7);
    expect(paced.records.map(({ user }) => user.members)).toEqual(
      bulk.records.map(({ user }) => user.members),
    );
  });

  it('keeps to the rate', async () => {
    const { send } = collect();
    const start = performance.now();
    await new LoginGenerator(settings({ rate: 1000 }), send, new Metrics()).run();
    // The last of 250 logins is due after 249 ms; timers may be a millisecond early.
    expect(performance.now() - start).toBeGreaterThanOrEqual(245);
  });

  it('waits for an acknowledgement before the next batch', async () => {
    let inFlight = 0;
    const most: number[] = [];
    const send: Send = async () => {
      most.push(++inFlight);
      await new Promise(setImmediate);
      inFlight--;
    };
    await new LoginGenerator(settings(), send, new Metrics()).run();
    expect(most).toEqual([1, 1, 1]);
  });

  it('counts in metrics what was acknowledged', async () => {
    const metrics = new Metrics();
    const { good, bad } = await new LoginGenerator(settings(), collect().send, metrics).run();
    const scrape = await metrics.render();
    expect(scrape).toContain(`generated_records_total{kind="good"} ${good}`);
    expect(scrape).toContain(`generated_records_total{kind="bad"} ${bad}`);
  });

  it('leaves a finished truth that counts every record', () =>
    inFolder(async (truthFile) => {
      const { records, send } = collect();
      await new LoginGenerator(settings({ truthFile }), send, new Metrics()).run();
      const bad = records.filter(({ reason }) => reason !== undefined).length;
      expect(await readTruth(truthFile)).toMatchObject({
        finished: true,
        generated: 250,
        good: 250 - bad,
        bad,
      });
    }));

  it('has in its truth, while running, only what the broker acknowledged', () =>
    inFolder(async (truthFile) => {
      const seen: TruthReport[] = [];
      const send: Send = async () => {
        seen.push(await readTruth(truthFile));
      };
      // Every report is due at once when the clock makes a jump of two seconds at each look.
      let now = 0;
      const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += 2000));
      await new LoginGenerator(settings({ truthFile }), send, new Metrics()).run();
      clock.mockRestore();
      expect(seen.map(({ generated }) => generated)).toEqual([0, 100, 200]);
      expect(seen.map(({ finished }) => finished)).toEqual([false, false, false]);
    }));

  it('passes on a failed send and leaves the truth unfinished, without the batch in doubt', () =>
    inFolder(async (truthFile) => {
      const send = jest.fn<Send>();
      send.mockResolvedValueOnce().mockRejectedValueOnce(new Error('no broker'));
      const run = new LoginGenerator(settings({ truthFile }), send, new Metrics()).run();
      await expect(run).rejects.toThrow('no broker');
      const truth = await readTruth(truthFile);
      expect(truth.finished).toBe(false);
      expect(truth.generated).toBeLessThanOrEqual(100);
    }));

  it('stops at once between two logins, with the final truth', () =>
    inFolder(async (truthFile) => {
      const { records, send } = collect();
      const sent = new Promise<void>((resolve) => {
        const generator = new LoginGenerator(
          settings({ rate: 0.001, count: 0, truthFile }),
          async (batch) => {
            await send(batch);
            setImmediate(() => {
              generator.stop();
            });
          },
          new Metrics(),
        );
        void generator.run().then(() => {
          resolve();
        });
      });
      await sent;
      expect(records).toHaveLength(1);
      expect(await readTruth(truthFile)).toMatchObject({ finished: true, generated: 1 });
    }));
});
