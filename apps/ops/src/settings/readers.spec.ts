import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { loadSettings } from '@login-pipeline/config';
import { PAGE, page } from './readers.ts';
import { TOPIC_SETUP } from './settings.ts';

it('The page has the settings as they are declared', () => {
  // If not: npm run generate
  expect(readFileSync(PAGE, 'utf8')).toBe(page());
});

it('The topic set-up has the contract’s defaults', () => {
  expect(loadSettings(TOPIC_SETUP, {})).toEqual({
    kafka: { brokers: ['localhost:29092'], ssl: false, clientId: 'topics' },
    partitions: 4,
    replicationFactor: 1,
  });
});
