import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from './cluster.ts';
import { killServices, Service } from './service.ts';
import type { Settings } from './service.ts';
import { waitFor } from './wait-for.ts';

describe('aggregator, start', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterEach(killServices);
  afterAll(() => cluster.disconnect());

  it.each([
    [
      'of a later format',
      Buffer.from([9, 0, 0, 0, 0, 0]),
      /its format is 9, this release reads 1 and 2/,
    ],
    ['cut off', Buffer.from([1, 0]), /it has 2 bytes, and 5 at least are due/],
    ['corrupt', Buffer.from([1, 0, 0, 0, 0, 0]), /checksum is wrong/],
  ])('ends with 69 over a snapshot that is %s, and names the choices', async (_, value, reason) => {
    const settings = await settingsWithSnapshot({ nextOffset: '0', value });
    const service = await Service.start('aggregator', settings);
    expect(await service.ended).toBe(69);
    expect(service.output).toMatch(reason);
    expect(service.output).toContain('set SNAPSHOT_TOPIC to a new topic');
    expect(service.output).not.toContain('"stack"');
  });

  it('ends with 69 without the topic for its counts, and names the fix', async () => {
    const settings = { ...(await settingsWithSnapshot()), INSIGHT_COUNTS_TOPIC: 'no-such-counts' };
    const service = await Service.start('aggregator', settings);
    expect(await service.ended).toBe(69);
    expect(service.output).toMatch(
      /do not exist on .*no-such-counts.* \(INSIGHT_COUNTS_TOPIC\)\. Create them with .*npm run topics.* \(those with the default names\) or kafka-topics\.sh/,
    );
    expect(service.output).not.toContain('"stack"');
  });

  it.each([
    ['is empty', 0],
    ['has outgrown them', 3],
  ])(
    'ends with 69 when its snapshots are of a topic that was created anew and %s, and names the fix',
    async (_, records) => {
      const first = await settingsWithSnapshot();
      await write(String(first['INPUT_TOPIC']), Buffer.from('an earlier life'));
      const before = await Service.start('aggregator', first);
      await before.until('its snapshot', async () => {
        const text = await (await before.get('/metrics').catch(() => undefined))?.text();
        return /^login_pipeline_snapshot_records_total [1-9]/m.test(text ?? '');
      });
      expect(await before.stop()).toBe(0);

      await cluster.admin.deleteTopics({ topics: [String(first['INPUT_TOPIC'])] });
      await recreate(String(first['INPUT_TOPIC']));
      for (let record = 0; record < records; record += 1) {
        await write(String(first['INPUT_TOPIC']), Buffer.from('a later life'));
      }
      const service = await Service.start('aggregator', first);
      expect(await service.ended).toBe(69);
      expect(service.output).toContain(`(INPUT_TOPIC) ends at ${records}: it was created anew`);
      expect(service.output).toContain('Set SNAPSHOT_TOPIC to a new topic');
      expect(service.output).not.toContain('"stack"');
    },
  );

  /** @returns settings of an aggregator whose topics hold a snapshot of partition 0, if any, and nothing else */
  async function settingsWithSnapshot(snapshot?: {
    nextOffset: string;
    value: Buffer;
  }): Promise<Settings> {
    const id = randomUUID();
    const settings = {
      INPUT_TOPIC: `e2e-processed-${id}`,
      SNAPSHOT_TOPIC: `e2e-insights-${id}`,
      GROUP_ID: `e2e-aggregator-${id}`,
    };
    await cluster.createTopic(settings.INPUT_TOPIC, 1);
    await cluster.createTopic(settings.SNAPSHOT_TOPIC, 1, { 'cleanup.policy': 'compact' });
    if (snapshot !== undefined) {
      const { nextOffset, value } = snapshot;
      const key = Buffer.from(`${settings.INPUT_TOPIC}-0`);
      await write(settings.SNAPSHOT_TOPIC, value, key, { 'next-offset': nextOffset });
    }
    return settings;
  }

  async function write(
    topic: string,
    value: Buffer,
    key: Buffer | null = null,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const timestamp = String(Date.now());
    await cluster.produce(topic, [{ partition: 0, key, value, headers, timestamp }]);
  }

  /** Creates a topic under the name of a deleted one, as soon as the broker is done with that. */
  async function recreate(topic: string): Promise<void> {
    await waitFor(`${topic} to be gone`, async () => {
      return !(await cluster.admin.listTopics()).includes(topic);
    });
    await cluster.createTopic(topic, 1);
  }
});
