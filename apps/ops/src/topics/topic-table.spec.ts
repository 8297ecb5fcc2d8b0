import { describe, expect, it } from '@jest/globals';
import type { TopicDefinition } from '@login-pipeline/nest-streams/operations';
import { differences, TOPIC_TABLE } from './topic-table.ts';

const deadLetter = TOPIC_TABLE.find(({ topic }) => topic === 'user-login.dead-letter');

describe('the table of topics', () => {
  it.each([
    ['user-login', 'delete'],
    ['processed-user-login', 'delete'],
    ['user-login.dead-letter', 'delete'],
    ['login-insights', 'compact'],
    ['login-insight-counts', 'compact,delete'],
    ['user-last-login', 'compact'],
  ])('%s has cleanup.policy=%s', (name, policy) => {
    const definition = TOPIC_TABLE.find(({ topic }) => topic === name);
    expect(definition?.config['cleanup.policy']).toBe(policy);
  });

  it('counts the retention of dead letters from the failure', () => {
    expect(deadLetter?.config).toMatchObject({
      'message.timestamp.type': 'LogAppendTime',
      'retention.ms': '2592000000',
      'max.message.bytes': '2097152',
    });
  });
});

describe('an existing topic', () => {
  const existing = (changes: Partial<TopicDefinition>): TopicDefinition => ({
    topic: 'user-login.dead-letter',
    partitions: 4,
    replicationFactor: 1,
    config: deadLetter?.config ?? {},
    ...changes,
  });
  const found = (changes: Partial<TopicDefinition>) =>
    deadLetter === undefined ? undefined : differences(deadLetter, existing(changes), 4, 'b:9092');

  it('that fits its definition has no differences', () => {
    expect(found({})).toEqual([]);
  });

  it('may have more partitions and another retention', () => {
    const config = { ...deadLetter?.config, 'retention.ms': '1' };
    expect(found({ partitions: 12, config })).toEqual([]);
  });

  it('may take larger records', () => {
    const config = { ...deadLetter?.config, 'max.message.bytes': '9000000' };
    expect(found({ config })).toEqual([]);
  });

  it('with too few partitions comes with the command that adds them', () => {
    expect(found({ partitions: 1 })).toEqual([
      'user-login.dead-letter has 1 partition, wanted 4: kafka-topics.sh --bootstrap-server b:9092 --alter --topic user-login.dead-letter --partitions 4',
    ]);
  });

  it.each([
    ['cleanup.policy', 'compact', 'delete'],
    ['message.timestamp.type', 'CreateTime', 'LogAppendTime'],
    ['max.message.bytes', '1048588', '2097152'],
  ])('with another %s comes with the command that sets it', (setting, value, wanted) => {
    const config = { ...deadLetter?.config, [setting]: value };
    expect(found({ config })).toEqual([
      `user-login.dead-letter has ${setting}=${value}, wanted ${wanted}: kafka-configs.sh --bootstrap-server b:9092 --alter --entity-type topics --entity-name user-login.dead-letter --add-config ${setting}=${wanted}`,
    ]);
  });
});
