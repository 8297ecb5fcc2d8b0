import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  afterRetry,
  filesToRetry,
  flakyTests,
  TEST_LAYERS,
  testProjects,
  totals,
} from './test-layers.ts';
import type { JestReport, JestResult } from './test-layers.ts';

/** A file by its name and what became of its tests: `.` passed, `F` failed; none: it did not load. */
const file = (name: string, tests: string): JestReport['testResults'][number] => ({
  name,
  status: tests === '' || tests.includes('F') ? 'failed' : 'passed',
  assertionResults: Array.from(tests, (mark, index) => ({
    status: mark === 'F' ? 'failed' : 'passed',
    fullName: `${name} ${index}`,
  })),
});
const run = (files: Readonly<Record<string, string>>, status?: number): JestResult => {
  const testResults = Object.entries(files).map(([name, tests]) => file(name, tests));
  const failed = testResults.some((each) => each.status === 'failed');
  return { status: status ?? Number(failed), report: { testResults } };
};

describe('testProjects', () => {
  const [unit, integration, e2e] = TEST_LAYERS.map((layer) =>
    testProjects(join(import.meta.dirname, '../..'), layer),
  );

  it('finds services, examples, libraries and tools', () => {
    for (const folder of ['apps/transformer', 'examples/orders', 'libs/streams', 'tools']) {
      expect(unit).toContain(folder);
      expect(integration).toContain(folder);
    }
  });

  it('runs the end-to-end tests by themselves', () => {
    expect(e2e).toEqual(['apps/pipeline-e2e']);
    expect(integration).not.toContain('apps/pipeline-e2e');
  });
});

describe('totals', () => {
  it.each([
    ['adds up the runs', [run({ a: '..', b: '.' }), run({ c: '...F.F' })], 7, 2],
    ['counts a file that does not load', [run({ a: '...', b: '' })], 3, 1],
    ['counts a run that fails without a failed test', [run({ a: '...' }, 1)], 3, 1],
    ['counts a run without a report', [{ status: 134, report: undefined }], 0, 1],
  ])('%s', (_, results, passed, failed) => {
    expect(totals(results)).toEqual({ passed, failed });
  });
});

describe('a second try', () => {
  it('is for the files that failed or did not load', () => {
    expect(filesToRetry(run({ a: '.', b: '.F', c: '' }))).toEqual(['b', 'c']);
    expect(filesToRetry({ status: 1, report: undefined })).toEqual([]);
  });

  it('is for none when many fail: that is no bad luck', () => {
    const broken = Object.fromEntries(Array.from('abcdef', (name) => [name, 'F']));
    expect(filesToRetry(run(broken))).toEqual([]);
  });

  it('counts in the place of the first, and what then passes is told', () => {
    const [first, second] = [run({ a: '.', b: '.F', c: 'FF' }), run({ b: '..', c: '.F' })];
    expect(totals([afterRetry(first, second)])).toEqual({ passed: 4, failed: 1 });
    expect(flakyTests(first, second)).toEqual(['b 1', 'c 0']);
    const third = run({ b: '..', c: '..' });
    expect(totals([afterRetry(first, third)])).toEqual({ passed: 5, failed: 0 });
  });

  it('does not make good what it has no report of', () => {
    const first = run({ a: '.', b: '.F' });
    expect(totals([afterRetry(first, { status: 134, report: undefined })])).toEqual({
      passed: 2,
      failed: 1,
    });
  });
});
