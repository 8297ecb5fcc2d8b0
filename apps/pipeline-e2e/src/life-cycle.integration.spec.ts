import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from '@login-pipeline/command';
import { Cluster } from './cluster.ts';
import { endedIn, fatalMessage } from './failed-start.ts';
import { makeLoad } from './load.ts';
import { otherNode } from './other-node.ts';
import { killServices, Service } from './service.ts';
import { TopicReader } from './topic-reader.ts';

/** Within this a service tells that it cannot start. */
const START_FAILURE_MS = 15_000;

describe('transformer, life cycle', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterEach(killServices);
  afterAll(() => cluster.disconnect());

  describe('start', () => {
    it('lists every wrong setting by name, none by value, and exits with 78', async () => {
      const wrong = {
        KAFKA_BROKERS: 'no port here',
        HTTP_PORT: '70000',
        LOG_LEVEL: 'shouting',
        FILTER_APP_VERSIONS: '>=abc',
        DEAD_LETTER_MAX_RATIO: '1.5',
        DRAIN_TIMEOUT_MS: '-77',
        COMPRESSION: 'brotli',
        KAFKA_SASL_PASSWORD: 'open sesame',
      };
      const service = await Service.start('transformer', wrong);
      expect(await service.ended).toBe(78);
      for (const [name, value] of Object.entries(wrong)) {
        expect(service.output).toContain(name);
        expect(service.output).not.toContain(value);
      }
      expect(service.output).not.toMatch(/^ {4}at /m);
    });

    const old = otherNode();
    if (old?.isNewEnough === false) {
      it(`names what it runs on, and exits with 78, on Node ${old.version}`, async () => {
        const service = await Service.start('transformer', {}, old.path);
        expect(await service.ended).toBe(78);
        expect(service.output).toBe(
          `Node ${old.version} is too old: run the service on Node 24, or on 22.15 or a later 22.\n`,
        );
      });
    }

    it('names each missing topic with its setting and the fix, and exits with 69 in time', async () => {
      const service = await Service.start('transformer', {
        INPUT_TOPIC: 'absent-logins',
        OUTPUT_TOPIC: 'absent-processed',
        DEAD_LETTER_TOPIC: 'absent-dead-letters',
      });
      expect(await endedIn(service, START_FAILURE_MS)).toBe(69);
      expect(fatalMessage(service)).toMatch(/"absent-logins" \(INPUT_TOPIC\)/);
      expect(fatalMessage(service)).toMatch(/"absent-processed" \(OUTPUT_TOPIC\)/);
      expect(fatalMessage(service)).toMatch(/"absent-dead-letters" \(DEAD_LETTER_TOPIC\)/);
      expect(fatalMessage(service)).toContain('npm run topics');
    });

    it.each(['transformer', 'data-generator'] as const)(
      'tells once that no broker answers, and exits with 69 in time: %s',
      async (app) => {
        const [port] = await freePorts(1);
        const service = await Service.start(app, { KAFKA_BROKERS: `localhost:${port}` });
        expect(await endedIn(service, START_FAILURE_MS)).toBe(69);
        expect(fatalMessage(service)).toContain(`localhost:${port}`);
        expect(fatalMessage(service)).toContain('KAFKA_BROKERS');
        expect(service.output).not.toContain('"stack"');
      },
    );

    it('names HTTP_PORT when the port is taken, and exits with 78', async () => {
      const { settings } = await cluster.lane();
      const owner = await Service.start('transformer', settings);
      await owner.until('listening', () => owner.status('/health/live'));
      const { port } = new URL(owner.url);
      const service = await Service.start('transformer', { ...settings, HTTP_PORT: port });
      expect(await endedIn(service, START_FAILURE_MS)).toBe(78);
      expect(fatalMessage(service)).toContain('HTTP_PORT');
      expect(fatalMessage(service)).toContain(port);
    });
  });

  describe('operation', () => {
    it('is live at once and ready once it is in its group', async () => {
      const { settings } = await cluster.lane();
      const service = await Service.start('transformer', settings);
      const early = await service.until('an answer', () => service.status('/health/ready'));
      expect(early).toBe(503);
      expect(await service.status('/health/live')).toBe(200);

      await service.ready();
      expect(await service.status('/health/live')).toBe(200);
      expect(await service.stop()).toBe(0);
      // A line for each change of state: what the framework says meanwhile is for level debug.
      expect(service.output).not.toMatch(/Mapped|dependencies initialized/);
    });

    it('shows its metrics in the text format of Prometheus, under the prefix', async () => {
      const lane = await cluster.lane({ partitions: 1 });
      await cluster.produce(lane.input, makeLoad(40, 1));
      const service = await Service.start('transformer', lane.settings);
      await service.until('all of its work', () => cluster.isDone(lane));
      const metrics = await service.until('its counters', async () => {
        const response = await service.get('/metrics');
        expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
        const text = await response.text();
        return /^login_pipeline_dead_letters_total\{.*\} [1-9]/m.test(text) && text;
      });
      expect(metrics).toMatch(/^# TYPE login_pipeline_records_total counter$/m);
      expect(metrics).toMatch(/^login_pipeline_records_total\{outcome="dead_lettered"\} 2$/m);
      expect(metrics).not.toMatch(/424cdd21|10\.1\.2\./);
      expect(service.output).not.toMatch(/424cdd21|10\.1\.2\./);
    });

    it('answers an unknown path with a problem document', async () => {
      const { settings } = await cluster.lane();
      const service = await Service.start('transformer', settings);
      const response = await service.until('an answer', () =>
        service.get('/nothing/here').catch(() => undefined),
      );
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    });
  });

  describe('end', () => {
    it('commits nothing and exits with 70 when nearly everything would become a dead letter', async () => {
      const lane = await cluster.lane({ partitions: 1 });
      const bad = makeLoad(2_000, 1).map((it) => ({ ...it, value: Buffer.from('no login') }));
      await cluster.produce(lane.input, bad);
      const service = await Service.start('transformer', lane.settings);
      expect(await endedIn(service, 30_000)).toBe(70);
      expect(service.output).toContain('DEAD_LETTER_MAX_RATIO');
      expect(await cluster.committed(lane)).toEqual([0]);
      expect((await TopicReader.readAll(cluster, lane.deadLetter)).records).toEqual([]);
    });
  });
});
