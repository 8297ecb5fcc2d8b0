import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { loadSettings, withSettingsTable } from '@login-pipeline/config';
import { READERS } from './readers.ts';
import { TOPIC_SETUP } from './settings.ts';

it('The README has the table of the settings as they are declared', () => {
  // If not: npm run generate
  const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');
  expect(withSettingsTable(readme, READERS)).toBe(readme);
});

it('The topic set-up has the contract’s defaults', () => {
  expect(loadSettings(TOPIC_SETUP, {})).toEqual({
    kafka: { brokers: ['localhost:29092'], ssl: false, clientId: 'topics' },
    partitions: 4,
    replicationFactor: 1,
  });
});
