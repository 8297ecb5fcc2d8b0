import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { CODECS, installCodecs } from './codecs.ts';
import type { CodecName } from './codecs.ts';
import { makeLoad } from './load.ts';
import { passesByDefault } from './expected-outcome.ts';
import { faultsOf } from './oracle.ts';
import { killServices, Service } from './service.ts';
import { TopicReader } from './topic-reader.ts';

const CODEC_NAMES = Object.keys(CODECS) as CodecName[];
const PARTITIONS = 2;

describe('transformer, compression', () => {
  const input = makeLoad(2_000, PARTITIONS);
  const read = new Set<CodecName>();
  let cluster: Cluster;
  let lane: Lane;

  beforeAll(async () => {
    installCodecs((name) => read.add(name));
    cluster = await Cluster.connect();
    lane = await cluster.lane({ partitions: PARTITIONS });
    const share = input.length / CODEC_NAMES.length;
    for (const [index, name] of CODEC_NAMES.entries()) {
      const records = input.slice(index * share, (index + 1) * share);
      await cluster.produce(lane.input, records, CODECS[name]);
    }
  });
  afterEach(killServices);
  afterAll(() => cluster.disconnect());

  it.each(CODEC_NAMES)(
    'reads batches of every codec and writes readable ones in %s',
    async (name) => {
      const own = await cluster.lane({ partitions: PARTITIONS });
      const service = await Service.start('transformer', {
        ...own.settings,
        INPUT_TOPIC: lane.input,
        COMPRESSION: name,
      });
      await service.until('all of its work', () => cluster.isDone({ ...own, input: lane.input }));
      expect(await service.stop()).toBe(0);

      read.clear();
      const outputs = await TopicReader.readAll(cluster, own.output);
      const deadLetters = await TopicReader.readAll(cluster, own.deadLetter);
      expect([...read]).toEqual([name]);
      expect(
        faultsOf({
          topic: lane.input,
          input,
          passes: passesByDefault,
          outputs: outputs.records,
          deadLetters: deadLetters.records,
        }),
      ).toEqual([]);
    },
  );
});
