import { describe, expect, it } from '@jest/globals';
import {
  afterRetry,
  failuresIn,
  filesToRetry,
  flakyTests,
  projectsOf,
  totals,
} from './test-results.ts';
import type { JestReport, TestRun } from './test-results.ts';

/** A file by its name and what became of its tests: `.` passed, `F` failed; none: it did not load. */
const file = (name: string, tests: string): JestReport['testResults'][number] => ({
  name,
  status: tests === '' || tests.includes('F') ? 'failed' : 'passed',
  assertionResults: Array.from(tests, (mark, index) => ({
    status: mark === 'F' ? 'failed' : 'passed',
    fullName: `${name} ${index}`,
    failureMessages: mark === 'F' ? [`\u001b[31mno luck\u001b[39m\n  at ${name}:1`] : [],
  })),
});
const run = (files: Readonly<Record<string, string>>, status?: number): TestRun => {
  const testResults = Object.entries(files).map(([name, tests]) => file(name, tests));
  const failed = testResults.some((each) => each.status === 'failed');
  const reports = new Map([['project', { testResults }]]);
  return { status: status ?? Number(failed), reports, missing: [] };
};
/** Nothing of the project was reported. */
const crashed = (status: number): TestRun => ({
  status,
  reports: new Map(),
  missing: ['project'],
});

describe('totals', () => {
  it.each([
    ['adds up the runs', [run({ a: '..', b: '.' }), run({ c: '...F.F' })], 7, 2],
    ['counts a file that does not load', [run({ a: '...', b: '' })], 3, 1],
    ['counts a run that fails without a failed test', [run({ a: '...' }, 1)], 3, 1],
    ['counts a project without a report', [crashed(134)], 0, 1],
    ['counts it where Nx says that all is well', [crashed(0)], 0, 1],
    ['counts it beside failed tests', [{ ...run({ a: '.F' }), missing: ['other'] }], 1, 2],
  ])('%s', (_, results, passed, failed) => {
    expect(totals(results)).toEqual({ passed, failed });
  });
});

it('names what failed, and why', () => {
  expect(failuresIn(run({ a: '.', b: '.F', c: '' }))).toEqual(['b 1: no luck', 'c']);
});

describe('a second try', () => {
  it('is for the files that failed or did not load', () => {
    expect(filesToRetry(run({ a: '.', b: '.F', c: '' }))).toEqual(['b', 'c']);
    expect(filesToRetry(crashed(1))).toEqual([]);
  });

  it('is of the projects with such files', () => {
    const { reports } = run({ a: '.', b: 'F' });
    const all = new Map([...reports, ['other', { testResults: [] }]]);
    expect(projectsOf({ status: 1, reports: all, missing: [] }, ['b'])).toEqual(['project']);
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
    expect(totals([afterRetry(first, crashed(134))])).toEqual({ passed: 2, failed: 1 });
  });

  it('does not make good a project that had no report the first time', () => {
    const first = { ...run({ a: '.', b: '.F' }), missing: ['other'] };
    expect(totals([afterRetry(first, run({ b: '..' }))])).toEqual({ passed: 3, failed: 1 });
  });
});
