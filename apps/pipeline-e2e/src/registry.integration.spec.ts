import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startRegistry } from '@login-pipeline/embedded-kafka/registry';
import type { RunningRegistry } from '@login-pipeline/embedded-kafka/registry';
import { aLogin } from '@login-pipeline/schema/testing';
import { Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { lockRegistry } from './locked-registry.ts';
import { answerOf, probe } from './probe-answer.ts';
import { killServices, Service } from './service.ts';
import { TopicReader } from './topic-reader.ts';

const LOGIN = JSON.stringify(aLogin({ app_version: '2.0.0' }));
const MARKED = LOGIN.replace(/}$/, ',"processed": true}');
const UNKNOWN_ID = 987_654;
const OTHER_SCHEMA = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' };

describe('with a schema registry', () => {
  let cluster: Cluster;
  let registry: RunningRegistry;

  beforeAll(async () => {
    [cluster, registry] = await Promise.all([Cluster.connect(), startRegistry()]);
  });
  afterEach(async () => {
    registry.resume();
    await killServices();
  });
  afterAll(async () => {
    await Promise.all([cluster.disconnect(), registry.stop()]);
  });

  it('generator and transformer write framed logins, with the ids of registered schemas', async () => {
    const lane = await cluster.lane();
    const framing = { SCHEMA_REGISTRY_URL: registry.url, OUTPUT_FRAMING: 'registry' };
    const transformer = await Service.start('transformer', { ...lane.settings, ...framing });
    const generator = await Service.start('data-generator', {
      ...framing,
      OUTPUT_TOPIC: lane.input,
      COUNT: '500',
      RATE: '0',
      BAD_RATIO: '0.1',
    });
    expect(await generator.ended).toBe(0);
    await transformer.until('all of its work', () => cluster.isDone(lane));

    const input = await TopicReader.readAll(cluster, lane.input);
    const inputId = await registered(`${lane.input}-value`);
    const framed = input.records.filter(({ value }) => value !== null);
    expect(new Set(framed.map(({ value }) => value?.subarray(0, 5).toString('hex')))).toEqual(
      new Set([frame(inputId, '').toString('hex')]),
    );
    const { records } = await TopicReader.readAll(cluster, lane.output);
    const outputId = await registered(`${lane.output}-value`);
    const texts = new Set(framed.map(({ value }) => value?.subarray(5).toString()));
    for (const { value } of records) {
      expect(value?.subarray(0, 5)).toEqual(frame(outputId, ''));
      expect(texts.has(String(value?.subarray(5)).replace(',"processed": true}', '}'))).toBe(true);
    }
    const deadLetters = await TopicReader.readAll(cluster, lane.deadLetter);
    expect([records.length > 0, deadLetters.records.length]).toEqual([true, 50]);
    for (const topic of [lane.input, lane.output]) {
      expect(await ask(`/config/${topic}-value`)).toEqual({ compatibilityLevel: 'BACKWARD' });
    }
  });

  it('an id that the registry does not have is a dead letter; what it has goes on while it is away', async () => {
    const lane = await cluster.lane({ partitions: 2 });
    // Waiting for the registry is no stall, however long it takes.
    const settings = {
      ...lane.settings,
      SCHEMA_REGISTRY_URL: registry.url,
      STALL_TIMEOUT_MS: '6000',
    };
    const transformer = await (await Service.start('transformer', settings)).ready();
    const known = await registered(`${lane.input}-value`);
    const other = await register('another-source-value');

    await send(lane, 0, [frame(known, LOGIN), frame(UNKNOWN_ID, LOGIN), Buffer.from(LOGIN)]);
    await transformer.until('the first records', () => cluster.isDone(lane));

    registry.pause();
    await send(lane, 0, [frame(other, LOGIN)]);
    await send(lane, 1, [frame(known, LOGIN), frame(known, LOGIN)]);
    await transformer.until('the partition that it knows enough for', async () => {
      const [, second] = await cluster.committed(lane);
      return second === 2;
    });
    const waiting = await transformer.until('saying what it waits for', async () => {
      const answer = await probe(transformer, 'ready');
      return answer.status === 503 && answer;
    });
    const reason = expect.stringMatching(/^The schema registry .* is waited for/);
    expect(waiting).toEqual(answerOf(['service', 'schemas'], { consumer: reason }));
    const failures = await unanswered(transformer);
    await transformer.until(
      'asking on, longer than a stall may take',
      async () => (await unanswered(transformer)) >= failures + 2,
    );
    expect(await transformer.status('/health/live')).toBe(200);
    expect((await cluster.committed(lane))[0]).toBe(3);
    registry.resume();
    await transformer.until('all of its work', () => cluster.isDone(lane));
    await transformer.ready();

    const outputs = await TopicReader.readAll(cluster, lane.output);
    expect(outputs.records.map(({ value }) => String(value))).toEqual(
      Array.from({ length: 5 }, () => MARKED),
    );
    const deadLetters = await TopicReader.readAll(cluster, lane.deadLetter);
    expect(
      deadLetters.records.map(({ value, headers }) => [
        value?.toString('hex'),
        String(headers?.['x-dead-letter-reason']),
      ]),
    ).toEqual([[frame(UNKNOWN_ID, LOGIN).toString('hex'), 'unknown_schema_id']]);
  });

  it('waits for its new password where it is no longer let in, and needs no restart', async () => {
    const lane = await cluster.lane({ partitions: 1 });
    const file = join(mkdtempSync(join(tmpdir(), 'registry-password-')), 'password');
    const locked = await lockRegistry(registry.url, 'ann');
    locked.lock('open-sesame-1');
    writeFileSync(file, 'open-sesame-1\n');
    const transformer = await Service.start('transformer', {
      ...lane.settings,
      SCHEMA_REGISTRY_URL: locked.url,
      SCHEMA_REGISTRY_USERNAME: 'ann',
      SCHEMA_REGISTRY_PASSWORD_FILE: file,
    });
    await transformer.ready();

    locked.lock('open-sesame-2');
    const other = await register('yet-another-source-value');
    await send(lane, 0, [frame(other, LOGIN)]);
    await transformer.until('naming the setting', async () => {
      const response = await transformer.get('/health/ready');
      return (
        response.status === 503 && (await response.text()).includes('SCHEMA_REGISTRY_PASSWORD')
      );
    });
    expect(transformer.output).toMatch(/"level":"warn".*HTTP 401.*SCHEMA_REGISTRY_PASSWORD/);
    writeFileSync(file, 'open-sesame-2\n');
    await transformer.until('all of its work', () => cluster.isDone(lane));
    await transformer.ready();
    const { records } = await TopicReader.readAll(cluster, lane.output);
    expect(records.map(({ value }) => String(value))).toEqual([MARKED]);
    expect(transformer.output).not.toContain('open-sesame');

    locked.lock('open-sesame-3');
    const refused = await Service.start('transformer', {
      ...lane.settings,
      SCHEMA_REGISTRY_URL: locked.url,
      SCHEMA_REGISTRY_USERNAME: 'ann',
      SCHEMA_REGISTRY_PASSWORD: 'open-sesame-2',
    });
    expect(await refused.ended).toBe(69);
    expect(refused.output).toMatch(/HTTP 401.*SCHEMA_REGISTRY_PASSWORD/);
    locked.stop();
    rmSync(dirname(file), { recursive: true });
  });

  it('waits for it at the start, alive and not ready', async () => {
    const lane = await cluster.lane({ partitions: 1 });
    await send(lane, 0, [Buffer.from(LOGIN)]);
    registry.pause();
    const settings = { SCHEMA_REGISTRY_URL: registry.url, OUTPUT_FRAMING: 'registry' };
    const transformer = await Service.start('transformer', { ...lane.settings, ...settings });
    await transformer.until(
      'alive',
      async () => (await transformer.status('/health/live')) === 200,
    );
    await transformer.until('its first warning', () =>
      transformer.output.includes('gives no answer'),
    );
    const message = expect.stringMatching(/^waits for subject .* of the schema registry$/);
    expect(await probe(transformer, 'ready')).toMatchObject({
      status: 503,
      body: { error: { schemas: { status: 'down', message } } },
    });
    registry.resume();
    await transformer.ready();
    await transformer.until('all of its work', () => cluster.isDone(lane));
    const { records } = await TopicReader.readAll(cluster, lane.output);
    const id = await registered(`${lane.output}-value`);
    expect(records.map(({ value }) => value)).toEqual([frame(id, MARKED)]);
  });

  it('ends with 69 when the registry does not take the schema', async () => {
    const lane = await cluster.lane({ partitions: 1 });
    const subject = `${lane.output}-value`;
    // Every login has an `ip` that is text: what was written under this schema could not be read any more.
    await register(subject, { type: 'object', properties: { ip: { type: 'integer' } } });
    const settings = { ...lane.settings, SCHEMA_REGISTRY_URL: registry.url };
    const transformer = await Service.start('transformer', settings);
    expect(await transformer.ended).toBe(69);
    expect(transformer.output).toContain(`does not fit what subject \\"${subject}\\" has`);
  });

  it('without one, reads frames whatever their id, and writes none', async () => {
    const lane = await cluster.lane({ partitions: 1 });
    await send(lane, 0, [frame(UNKNOWN_ID, LOGIN), Buffer.from(LOGIN)]);
    const transformer = await Service.start('transformer', lane.settings);
    await transformer.until('all of its work', () => cluster.isDone(lane));
    const { records } = await TopicReader.readAll(cluster, lane.output);
    expect(records.map(({ value }) => String(value))).toEqual([MARKED, MARKED]);
  });

  function send(lane: Lane, partition: number, values: readonly Buffer[]): Promise<void> {
    return cluster.produce(
      lane.input,
      values.map((value) => ({
        partition,
        key: null,
        value,
        headers: {},
        timestamp: String(Date.now()),
      })),
    );
  }

  async function ask(path: string, body?: object, method = 'POST'): Promise<unknown> {
    const response = await fetch(
      registry.url + path,
      body && {
        method,
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
        body: JSON.stringify(body),
      },
    );
    expect([path, response.status]).toEqual([path, 200]);
    return response.json();
  }

  /** @returns how many of its requests the registry did not answer */
  async function unanswered(transformer: Service): Promise<number> {
    const text = await (await transformer.get('/metrics')).text();
    return Number(/schema_registry_requests_total\{outcome="unavailable"\} (\d+)/.exec(text)?.[1]);
  }

  /** @returns the id of a subject's newest schema */
  async function registered(subject: string): Promise<number> {
    const { id } = (await ask(`/subjects/${subject}/versions/latest`)) as { readonly id: number };
    return id;
  }

  async function register(subject: string, schema: object = OTHER_SCHEMA): Promise<number> {
    await ask(`/config/${subject}`, { compatibility: 'BACKWARD' }, 'PUT');
    const body = { schemaType: 'JSON', schema: JSON.stringify(schema) };
    const { id } = (await ask(`/subjects/${subject}/versions`, body)) as { readonly id: number };
    return id;
  }
});

function frame(id: number, text: string): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, Buffer.from(text)]);
}
