import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { TOPIC_TABLE } from '../topics/topic-table.ts';
import { READERS } from './readers.ts';

const LIBRARIES = fileURLToPath(new URL('../../../../libs', import.meta.url));

/** Where settings are declared: messages have their names from there. */
const DECLARES = 'registry/src/settings.ts';

/** Facts of apps, commands and processes. Words such as RATE are free for all. */
const FACTS = [
  ...READERS.flatMap(({ settings }) => settings.map(({ name }) => name)).filter((name) =>
    name.includes('_'),
  ),
  ...TOPIC_TABLE.map(({ topic }) => `['"\`]${topic}['"\`]`),
  ...['npm run', '(?<![./\\w])docs/', 'exitCode', 'process\\.exit', 'x-login-time'],
];
const FACT = new RegExp(`(?<![A-Z_])(?:${[...new Set(FACTS)].join('|')})(?![A-Z_])`);

it.each(['streams', 'streams-kafkajs', 'observability', 'registry'])(
  'The library %s names no setting, topic, command, page or exit code of others',
  (library) => {
    const files = readdirSync(join(LIBRARIES, library, 'src'), {
      recursive: true,
      encoding: 'utf8',
    })
      .map((file) => `${library}/src/${file}`)
      .filter((file) => file.endsWith('.ts') && !/\.spec\.ts$|\/testing\//.test(file))
      .filter((file) => file !== DECLARES);
    const found = files.flatMap((file) =>
      readFileSync(join(LIBRARIES, file), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          FACT.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
        ),
    );
    expect(found).toEqual([]);
  },
);
