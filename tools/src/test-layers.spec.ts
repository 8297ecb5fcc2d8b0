import { expect, it } from '@jest/globals';
import { totals } from './test-layers.ts';
import type { JestReport } from './test-layers.ts';

const report = (passed: number, failed: number, broken = 0): JestReport => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numRuntimeErrorTestSuites: broken,
});

it.each([
  [
    'adds up the runs',
    [
      { status: 0, report: report(3, 0) },
      { status: 1, report: report(4, 2) },
    ],
    7,
    2,
  ],
  ['counts a file that does not load', [{ status: 1, report: report(3, 0, 1) }], 3, 1],
  ['counts a run that fails without a failed test', [{ status: 1, report: report(3, 0) }], 3, 1],
  ['counts a run without a report', [{ status: 134, report: undefined }], 0, 1],
])('%s', (_, results, passed, failed) => {
  expect(totals(results)).toEqual({ passed, failed });
});
