import { describe, expect, it } from '@jest/globals';
import { afterRetry, filesToRetry, flakyTests, projectsOf, totals } from './test-results.ts';
import type { JestReport, TestRun } from './test-results.ts';

/** A file by its name and what became of its tests: `.` passed, `F` failed; none: it did not load. */
const file = (name: string, tests: string): JestReport['testResults'][number] => ({
  name,
  status: tests === '' || tests.includes('F') ? 'failed' : 'passed',
  assertionResults: Array.from(tests, (mark, index) => ({
    status: mark === 'F' ? 'failed' : 'passed',
    fullName: `${name} ${index}`,
  })),
});
const run = (files: Readonly<Record<string, string>>, status?: number): TestRun => {
  const testResults = Object.entries(files).map(([name, tests]) => file(name, tests));
  const failed = testResults.some((each) => each.status === 'failed');
  return { status: status ?? Number(failed), reports: new Map([['project', { testResults }]]) };
};

describe('totals', () => {
  it.each([
    ['adds up the runs', [run({ a: '..', b: '.' }), run({ c: '...F.F' })], 7, 2],
    ['counts a file that does not load', [run({ a: '...', b: '' })], 3, 1],
    ['counts a run that fails without a failed test', [run({ a: '...' }, 1)], 3, 1],
    ['counts a run without a report', [{ status: 134, reports: new Map() }], 0, 1],
  ])('%s', (_, results, passed, failed) => {
    expect(totals(results)).toEqual({ passed, failed });
  });
});

describe('a second try', () => {
  it('is for the files that failed or did not load', () => {
    expect(filesToRetry(run({ a: '.', b: '.F', c: '' }))).toEqual(['b', 'c']);
    expect(filesToRetry({ status: 1, reports: new Map() })).toEqual([]);
  });

  it('is of the projects with such files', () => {
    const { reports } = run({ a: '.', b: 'F' });
    const all = { status: 1, reports: new Map([...reports, ['other', { testResults: [] }]]) };
    expect(projectsOf(all, ['b'])).toEqual(['project']);
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
    expect(totals([afterRetry(first, { status: 134, reports: new Map() })])).toEqual({
      passed: 2,
      failed: 1,
    });
  });
});
