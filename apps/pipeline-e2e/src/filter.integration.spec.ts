import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from './cluster.ts';
import { otherNode } from './other-node.ts';
import { killServices, Service } from './service.ts';
import type { Settings } from './service.ts';
import { TopicReader } from './topic-reader.ts';

const VERSIONS = ['1.9.9', '2.0.0', '2.0.0-beta', '2.1.3', '3.0.0', 'v2.0.0', 'nightly'];

describe('transformer, FILTER_APP_VERSIONS', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterEach(killServices);
  afterAll(() => cluster.disconnect());

  it.each<{ settings: Settings; passes: string[] }>([
    { settings: {}, passes: ['2.0.0'] },
    { settings: { FILTER_APP_VERSIONS: '2.0.0, nightly' }, passes: ['2.0.0', 'nightly'] },
    { settings: { FILTER_APP_VERSIONS: '>=2.0.0 <3' }, passes: ['2.0.0', '2.1.3', 'v2.0.0'] },
    { settings: { FILTER_APP_VERSIONS: '^1.2,3.x' }, passes: ['1.9.9', '3.0.0'] },
    { settings: { FILTER_APP_VERSIONS: '*' }, passes: VERSIONS },
  ])('lets $passes pass with $settings', async ({ settings, passes }) => {
    expect(await passing(settings)).toEqual(passes.toSorted());
  });

  const node = otherNode();
  if (node !== undefined) {
    it(`does its work on Node ${node.version} too`, async () => {
      expect(await passing({ FILTER_APP_VERSIONS: '2.x' }, node.path)).toEqual(
        ['2.0.0', '2.1.3', 'v2.0.0'].toSorted(),
      );
    });
  }

  /** @returns the versions that come out, in alphabetical order */
  async function passing(settings: Settings, node?: string): Promise<readonly string[]> {
    const lane = await cluster.lane({ partitions: 1 });
    await cluster.produce(lane.input, VERSIONS.map(loginWith));
    const service = await Service.start('transformer', { ...lane.settings, ...settings }, node);
    await service.until('all of its work', () => cluster.isDone(lane));
    expect(await service.stop()).toBe(0);

    const { records } = await TopicReader.readAll(cluster, lane.output);
    expect((await TopicReader.readAll(cluster, lane.deadLetter)).records).toEqual([]);
    return records.map(({ value }) => versionOf(String(value))).toSorted();
  }
});

function loginWith(version: string) {
  const login = {
    user_id: '424CDD21-063A-43A7-B91B-7CA1A833AFAE',
    app_version: version,
    device_type: 'android',
    ip: '199.172.111.135',
    locale: 'RU',
    timestamp: '1734547631',
  };
  return {
    partition: 0,
    key: Buffer.from(login.user_id),
    value: Buffer.from(JSON.stringify(login)),
    headers: {},
    timestamp: '1734547631000',
  };
}

function versionOf(processedLogin: string): string {
  return (JSON.parse(processedLogin) as { readonly app_version: string }).app_version;
}
