import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { loadSettings } from '@login-pipeline/config';
import { TestCluster, waitFor } from '@login-pipeline/nest-streams/testing';
import type { ServiceContext } from '@login-pipeline/service';
import { testContext } from '@login-pipeline/service/testing';
import { decodeLogin } from '@login-pipeline/schema';
import { GeneratorTransport } from './generator-transport.ts';
import { recount } from './testing/recount.ts';
import type { TruthReport } from './truth.ts';
import { SETTINGS } from './settings.ts';
import type { GeneratorSettings } from './settings.ts';

describe('GeneratorTransport', () => {
  const cluster = new TestCluster();
  let folder: string;
  let truthFile: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'generator-'));
    truthFile = join(folder, 'truth.json');
  });
  afterEach(() => rm(folder, { recursive: true }));
  afterAll(() => cluster.close());

  function contextFor(env: Readonly<Record<string, string>>): ServiceContext<GeneratorSettings> {
    const settings = loadSettings(SETTINGS, {
      KAFKA_BROKERS: cluster.connection.brokers.join(),
      TRUTH_FILE: truthFile,
      ...env,
    });
    return testContext(settings, { logger: cluster.logger, fail: jest.fn(), stop: jest.fn() });
  }

  async function readTruth(): Promise<TruthReport> {
    return JSON.parse(await readFile(truthFile, 'utf8')) as TruthReport;
  }

  function listen(transport: GeneratorTransport): Promise<void> {
    return new Promise((resolve, reject) => {
      transport.listen((error) => {
        if (error instanceof Error) reject(error);
        else resolve();
      });
    });
  }

  it('writes COUNT records, tells the truth about them and ends the service', async () => {
    const topic = await cluster.topic('user-login', { partitions: 3 });
    const context = contextFor({
      OUTPUT_TOPIC: topic,
      RATE: '0',
      COUNT: '5000',
      BAD_RATIO: '0.1',
      BATCH_MAX_RECORDS: '700',
    });
    const transport = new GeneratorTransport(context);
    await listen(transport);
    await waitFor('the end of the run', () => jest.mocked(context.stop).mock.calls.length > 0);
    await transport.close();

    const records = await cluster.read(topic);
    const truth = await readTruth();
    expect(records).toHaveLength(5000);
    expect(truth).toMatchObject({ finished: true, generated: 5000, bad: 500 });
    expect(truth).toMatchObject(recount(records.map(({ value }) => value)));
    expect(context.fail).not.toHaveBeenCalled();
    for (const { key, value, timestamp } of records) {
      const login = decodeLogin(value);
      if (typeof login === 'string') continue;
      expect(key?.toString()).toBe(login.user_id);
      expect(Number(timestamp)).toBeLessThan(Date.now());
    }
  });

  it('stops an endless run with a truth that the topic agrees with', async () => {
    const topic = await cluster.topic('user-login');
    const context = contextFor({ OUTPUT_TOPIC: topic, RATE: '2000', BAD_RATIO: '0.01' });
    const transport = new GeneratorTransport(context);
    expect(transport.notReady()).toBe('not connected to Kafka');
    await listen(transport);
    expect(transport.notReady()).toBeUndefined();
    await waitFor('some records', async () => ((await cluster.ends(topic))[0] ?? 0) > 300);
    await transport.close();

    const truth = await readTruth();
    expect(truth.finished).toBe(true);
    expect(await cluster.ends(topic)).toEqual([truth.generated]);
    expect(truth).toMatchObject(recount((await cluster.read(topic)).map(({ value }) => value)));
  });

  it('refuses to start without its topic, naming it and the fix', async () => {
    const context = contextFor({ OUTPUT_TOPIC: 'does-not-exist' });
    const started = listen(new GeneratorTransport(context));
    await expect(started).rejects.toThrow(/"does-not-exist" \(OUTPUT_TOPIC\).*npm run topics/);
    await expect(started).rejects.toMatchObject({ fault: 'unavailable', code: 'TOPIC_MISSING' });
  });
});
