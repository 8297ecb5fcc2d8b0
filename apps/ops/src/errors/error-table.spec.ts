import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { ERROR_CODES as AGGREGATOR } from '@login-pipeline/aggregator/errors';
import { ERROR_CODES as SETTINGS } from '@login-pipeline/config';
import { ERROR_CODES as GENERATOR } from '@login-pipeline/data-generator/errors';
import { ERROR_CODES as STREAMS } from '@login-pipeline/nest-streams/operations';
import { ERROR_CODES as REGISTRY } from '@login-pipeline/registry';
import { ERROR_CODES as SERVICE } from '@login-pipeline/service/errors';
import { EXIT_CODES } from '@login-pipeline/service/exit-codes';
import type { FaultKind } from '@login-pipeline/service/exit-codes';

const LISTS: readonly Readonly<Record<string, FaultKind>>[] = [
  ...[SETTINGS, SERVICE, STREAMS, REGISTRY, AGGREGATOR, GENERATOR],
];

it('docs/errors.md has each code that ends a process once, with its exit code', () => {
  const page = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
  const rows = Array.from(page.matchAll(/^\| `(\w+)` +\| (\d+) /gm), ([, code, exit]) => [
    code,
    Number(exit),
  ]);
  const codes = LISTS.flatMap((list) =>
    Object.entries(list).map(([code, fault]) => [code, EXIT_CODES[fault]]),
  );
  expect(rows.toSorted()).toEqual(codes.toSorted());
});
