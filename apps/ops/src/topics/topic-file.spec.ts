import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readTopicFile } from './topic-file.ts';

describe('a file of topics', () => {
  const folder = mkdtempSync(join(tmpdir(), 'topics-'));
  const file = (content: string): string => {
    const path = join(folder, 'topics.json');
    writeFileSync(path, content);
    return path;
  };
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('has topics with their settings, or none', () => {
    const topics = '[{"topic":"a","config":{"cleanup.policy":"compact"}},{"topic":"b"}]';
    expect(readTopicFile(file(topics))).toEqual([
      { topic: 'a', config: { 'cleanup.policy': 'compact' } },
      { topic: 'b', config: {} },
    ]);
  });

  it.each([
    ['no JSON', '[', /cannot be read/],
    ['no topic', '[]', /cannot be used/],
    ['a name that Kafka refuses', '[{"topic":"a b"}]', /entry 0, topic: expected a name/],
    ['a setting that is no text', '[{"topic":"a","config":{"x":1}}]', /entry 0, config, x/],
    ['a member that is none', '[{"topic":"a","partitions":3}]', /partitions/],
  ])('is refused with %s', (_, content, message) => {
    expect(() => readTopicFile(file(content))).toThrow(message);
  });
});
