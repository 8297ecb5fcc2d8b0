import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { aLogin } from '@login-pipeline/schema/testing';
import { Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { passesByDefault } from './expected-outcome.ts';
import { documentedFilters } from './filter-tables.ts';
import { otherNode } from './other-node.ts';
import { killServices, Service } from './service.ts';
import type { Settings } from './service.ts';
import { inGroups } from './side-by-side.ts';
import { TopicReader } from './topic-reader.ts';

const { filters, doubts } = documentedFilters();
const VERSIONS = [...(filters[0]?.passes.keys() ?? [])];
/** Those of the docs, and more that look like them. */
const ODD_VERSIONS = [
  'V2.0.0',
  '\tv2.0.0\n',
  'v v2.0.0',
  '2.0.0+',
  '2.0.0+a..b',
  '02.0.0',
  '2.0.0.0',
];

/** Some start side by side. */
const DEADLINE_MS = 60_000;

describe('transformer, FILTER_APP_VERSIONS', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterEach(killServices);
  afterAll(() => cluster.disconnect());

  it.each(inGroups(filters.map((filter) => [filter.list, filter] as const)))(
    'lets pass what docs/records.md says: %s',
    async (_, group) => {
      // One after another they ask the broker, side by side they work.
      const runs = [];
      for (const [list] of group) runs.push(await begin({ FILTER_APP_VERSIONS: list }));
      const found = [];
      for (const [index, run] of runs.entries())
        found.push([group[index]?.[0], await passing(run)]);
      expect(found).toEqual(
        group.map(([list, { passes }]) => [
          list,
          VERSIONS.filter((version) => passes.get(version)),
        ]),
      );
    },
    2 * DEADLINE_MS,
  );

  it('lets version 2.0.0 pass by default, and what means the same', async () => {
    const versions = [...VERSIONS, ...ODD_VERSIONS];
    expect(await passing(await begin({}, { versions }))).toEqual(versions.filter(passesByDefault));
  });

  it.each(inGroups(doubts.map((doubt) => [doubt.list, doubt] as const)))(
    'is refused, or warned of, as docs/records.md says: %s',
    async (_, group) => {
      const { settings } = await cluster.lane({ partitions: 1 });
      await Promise.all(
        group.map(async ([list, { isRefused, said }]) => {
          const service = await Service.start('transformer', {
            ...settings,
            GROUP_ID: `${settings['GROUP_ID']}-${doubts.findIndex((doubt) => doubt.list === list)}`,
            FILTER_APP_VERSIONS: list,
          });
          const told = `FILTER_APP_VERSIONS: ${said}`;
          if (isRefused) {
            expect([list, await service.ended]).toEqual([list, 78]);
            expect(service.output).toBe(
              `1 setting is wrong:\n  ${told}\ndocs/settings.md lists every setting.\n`,
            );
          } else {
            const line = `"msg":${JSON.stringify(told)}`;
            await service.until('its warning', () => service.output.includes(line));
            await service.ready(DEADLINE_MS);
            expect(await service.stop()).toBe(0);
          }
        }),
      );
    },
    2 * DEADLINE_MS,
  );

  const node = otherNode();
  if (node?.isNewEnough === true) {
    it(`does its work on Node ${node.version} too`, async () => {
      const run = await begin({ FILTER_APP_VERSIONS: '2.x' }, { node: node.path });
      expect(await passing(run)).toEqual(['2.0.0', ' v2.0.0 ', '2.0.0+5', '2.4.1']);
    });
  }

  /** Starts a transformer on logins with these versions. */
  async function begin(
    settings: Settings,
    { versions = VERSIONS, node }: { versions?: readonly string[]; node?: string } = {},
  ): Promise<Run> {
    const lane = await cluster.lane({ partitions: 1 });
    await cluster.produce(lane.input, versions.map(loginWith));
    return {
      lane,
      service: await Service.start('transformer', { ...lane.settings, ...settings }, node),
    };
  }

  /** @returns the versions that come out, in the order in which they went in */
  async function passing({ lane, service }: Run): Promise<readonly string[]> {
    await service.until('all of its work', () => cluster.isDone(lane), DEADLINE_MS);
    expect(await service.stop()).toBe(0);
    const { records } = await TopicReader.readAll(cluster, lane.output);
    expect((await TopicReader.readAll(cluster, lane.deadLetter)).records).toEqual([]);
    return records.map(({ value }) => versionOf(String(value)));
  }
});

interface Run {
  readonly lane: Lane;
  readonly service: Service;
}

function loginWith(version: string) {
  const user_id = '424CDD21-063A-43A7-B91B-7CA1A833AFAE';
  const login = aLogin({ user_id, app_version: version, timestamp: '1734547631' });
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
