import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { brokers, Cluster } from '../cluster.ts';
import { killServices, Service } from '../service.ts';
import { MEMORY_LIMIT_BYTES, openHostileLane } from './hostile-lane.ts';
import { HostileRun } from './hostile-run.ts';

const BATCHES = 1_200;
const LIMIT_MS = 300_000;

describe('a producer that writes all that Kafka lets it write', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterEach(killServices);
  afterAll(() => cluster.disconnect());

  it(
    'harms neither its neighbours nor the services: each record has one outcome, memory stays bounded',
    async () => {
      const topics = await openHostileLane(cluster);
      const services = {
        transformer: await Service.start('transformer', topics.transformer),
        aggregator: await Service.start('aggregator', topics.aggregator),
      };
      await Promise.all([services.transformer.ready(), services.aggregator.ready()]);
      const seed = Date.now() % 1_000_000;
      const { faults, peakBytes, ...counts } = await HostileRun.play(
        { cluster, address: brokers(), topics, services },
        { seed, isEnough: (batches) => batches >= BATCHES, pauseMs: 20 },
      );
      expect({ seed, faults }).toEqual({ seed, faults: [] });
      for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
      for (const bytes of Object.values(peakBytes)) {
        expect(bytes).toBeLessThan(MEMORY_LIMIT_BYTES);
      }
      expect(await services.transformer.stop()).toBe(0);
      expect(await services.aggregator.stop()).toBe(0);
    },
    LIMIT_MS,
  );
});
