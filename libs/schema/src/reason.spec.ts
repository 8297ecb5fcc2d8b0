import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { REASONS } from './reason.ts';

it('documents every reason, in the order of the checks, and no other', () => {
  const page = readFileSync(new URL('../../../docs/records.md', import.meta.url), 'utf8');
  const table = page.slice(page.indexOf('## Why a record is dead-lettered'));
  const documented = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, reason]) => reason);
  expect(documented).toEqual([...REASONS]);
});
