import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { TOPIC_TABLE } from '../topics/topic-table.ts';
import { READERS } from './readers.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** Where settings are declared: messages have their names from there. */
const DECLARES = 'libs/registry/src/settings.ts';

/** Facts of apps, commands and processes. Words such as RATE are free for all. */
const FACTS = [
  ...READERS.flatMap(({ settings }) => settings.map(({ name }) => name)).filter((name) =>
    name.includes('_'),
  ),
  ...TOPIC_TABLE.map(({ topic }) => `['"\`]${topic}['"\`]`),
  ...['npm run', '(?<![./\\w])docs/', 'exitCode', 'process\\.exit', 'x-login-time'],
];
const FACT = new RegExp(`(?<![A-Z_])(?:${[...new Set(FACTS)].join('|')})(?![A-Z_])`);

/** What judges the services from outside, and what is measured beside them, have clients of their own. */
const OTHER_PROGRAMS = /^apps\/(?:pipeline-e2e|bench\/src\/peers)\//;

it.each(['streams', 'streams-kafkajs', 'observability', 'registry'])(
  'The library %s names no setting, topic, command, page or exit code of others',
  (library) => {
    const files = sourcesIn(`libs/${library}/src`).filter((file) => file !== DECLARES);
    expect(files.flatMap((file) => linesWith(FACT, file))).toEqual([]);
  },
);

it('One file names the library with the Kafka client, and the list of what is installed its package', () => {
  const files = sourcesIn('{libs,apps,examples,deploy}/*/src', 'tools/src').filter(
    (file) => !OTHER_PROGRAMS.test(file) && !file.startsWith('libs/streams-kafkajs/'),
  );
  const naming = files.filter((file) => linesWith(/kafkajs/i, file).length > 0);
  expect(naming).toEqual([
    'libs/bundle/src/bundle.ts',
    'libs/nest-streams/src/client/kafka-client.ts',
  ]);
});

/** @returns files of the product, and not of its tests, from the root of the repository */
function sourcesIn(...folders: readonly string[]): readonly string[] {
  return globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: ROOT },
  )
    .filter((file) => !/\.spec\.ts$|\/testing\//.test(file))
    .toSorted();
}

function linesWith(text: RegExp, file: string): readonly string[] {
  return readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .flatMap((line, index) => (text.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : []));
}
