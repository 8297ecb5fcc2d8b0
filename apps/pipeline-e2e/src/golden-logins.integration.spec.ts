import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GOLDEN_LOGINS } from '@login-pipeline/schema/testing';
import { Cluster } from './cluster.ts';
import { markFault } from './expected-outcome.ts';
import { idOf } from './oracle.ts';
import { killServices, Service } from './service.ts';
import { TopicReader } from './topic-reader.ts';
import type { ReadRecord } from './topic-reader.ts';

const PARTITIONS = 2;
/** Smaller than one login of the test below with the mark, and larger than it without. */
const SMALL_TOPIC_BYTES = 20_000;

describe('transformer, record by record', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterAll(() => cluster.disconnect());

  describe('golden table', () => {
    let outputs: ReadonlyMap<string, ReadRecord>;
    let deadLetters: ReadonlyMap<string, ReadRecord>;

    beforeAll(async () => {
      const input = GOLDEN_LOGINS.map(({ value }, index) => ({ id: String(index), value }));
      ({ outputs, deadLetters } = await transform(input));
    });

    it('gives every record exactly one outcome', () => {
      expect(outputs.size + deadLetters.size).toBe(GOLDEN_LOGINS.length);
    });

    it.each(GOLDEN_LOGINS.map((row, index) => ({ ...row, id: String(index) })))(
      '$name: $outcome, because $why',
      ({ id, value, outcome }) => {
        const output = outputs.get(id);
        const deadLetter = deadLetters.get(id);
        const reason = deadLetter?.headers?.['x-dead-letter-reason']?.toString();
        expect([output ? 'valid' : undefined, reason].filter((it) => it !== undefined)).toEqual([
          outcome,
        ]);
        if (output?.value) expect(markFault(value ?? Buffer.of(), output.value)).toBeUndefined();
        else expect(deadLetter?.value).toEqual(value);
      },
    );
  });

  it('dead-letters a login that only its mark makes too large, and the ones around it pass', async () => {
    const fits = sized(SMALL_TOPIC_BYTES / 2);
    const tooLarge = sized(SMALL_TOPIC_BYTES);
    const { outputs, deadLetters } = await transform(
      [
        { id: 'before', value: fits },
        { id: 'too large', value: tooLarge },
        { id: 'behind', value: fits },
      ],
      { 'max.message.bytes': String(SMALL_TOPIC_BYTES) },
    );
    expect([...outputs.keys()].toSorted()).toEqual(['before', 'behind']);
    const deadLetter = deadLetters.get('too large');
    expect(deadLetter?.value).toEqual(tooLarge);
    expect(String(deadLetter?.headers?.['x-dead-letter-reason'])).toBe('record_too_large');
  });

  /** Sends values through a transformer that lets every version pass. */
  async function transform(
    input: readonly { readonly id: string; readonly value: Buffer | null }[],
    outputConfig: Readonly<Record<string, string>> = {},
  ): Promise<{
    outputs: ReadonlyMap<string, ReadRecord>;
    deadLetters: ReadonlyMap<string, ReadRecord>;
  }> {
    const lane = await cluster.lane({ partitions: PARTITIONS, outputConfig });
    await cluster.produce(
      lane.input,
      input.map(({ id, value }, index) => ({
        partition: index % PARTITIONS,
        key: null,
        value,
        headers: { id },
        timestamp: '1734547631000',
      })),
    );
    const settings = { ...lane.settings, FILTER_APP_VERSIONS: '*', DEAD_LETTER_MAX_RATIO: '1' };
    const service = await Service.start('transformer', settings);
    try {
      await service.until('all of its work', () => cluster.isDone(lane));
    } finally {
      await killServices();
    }
    return { outputs: await read(lane.output), deadLetters: await read(lane.deadLetter) };
  }

  async function read(topic: string): Promise<ReadonlyMap<string, ReadRecord>> {
    const { records } = await TopicReader.readAll(cluster, topic);
    expect(new Set(records.map(idOf)).size).toBe(records.length);
    return new Map(records.map((record) => [idOf(record), record]));
  }
});

/** @returns a valid login of so many bytes */
function sized(bytes: number): Buffer {
  const [login] = GOLDEN_LOGINS;
  const text = login?.value?.toString() ?? '';
  const note = '"note":"",';
  const padding = 'x'.repeat(bytes - text.length - note.length);
  return Buffer.from(text.replace('{', `{"note":"${padding}",`));
}
