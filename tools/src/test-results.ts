import { stripVTControlCharacters } from 'node:util';

/** What we read of Jest's JSON report. */
export interface JestReport {
  readonly testResults: readonly JestFile[];
}

interface JestFile {
  /** Path of the file. */
  readonly name: string;
  readonly status: 'passed' | 'failed';
  readonly assertionResults: readonly JestTest[];
}

interface JestTest {
  readonly status: string;
  readonly fullName: string;
  /** What was thrown, with its stack. */
  readonly failureMessages: readonly string[];
}

/** A run of Jest in each of several projects. */
export interface TestRun {
  /** Exit code. */
  readonly status: number;
  /** By project. */
  readonly reports: ReadonlyMap<string, JestReport>;
  /** Projects whose Jest ended before it could write a report, or did not begin. */
  readonly missing: readonly string[];
}

/** More files than this do not fail by bad luck. */
const MOST_RETRIED_FILES = 5;

/** @returns the files that are worth a second try: none when none failed, or so many that something is broken */
export function filesToRetry(run: TestRun): string[] {
  const failed = filesOf(run).filter(({ status }) => status === 'failed');
  return failed.length <= MOST_RETRIED_FILES ? failed.map(({ name }) => name) : [];
}

/** @returns the projects that these files are of */
export function projectsOf({ reports }: TestRun, files: readonly string[]): string[] {
  return [...reports.keys()].filter((project) =>
    reports.get(project)?.testResults.some(({ name }) => files.includes(name)),
  );
}

/** @returns the first run with its failed files as they were the second time; what had no report has none */
export function afterRetry(first: TestRun, second: TestRun): TestRun {
  const again = new Map(filesOf(second).map((file) => [file.name, file]));
  const reports = [...first.reports].map(([project, { testResults }]) => {
    const latest = testResults.map((file) => again.get(file.name) ?? file);
    return [project, { testResults: latest }] as const;
  });
  return { status: second.status, reports: new Map(reports), missing: first.missing };
}

/** @returns the tests that failed the first time and passed the second: they, or what they test, are not dependable */
export function flakyTests(first: TestRun, second: TestRun): string[] {
  const passed = new Set(testsOf(second, 'passed'));
  return testsOf(first, 'failed').filter((name) => passed.has(name));
}

/** @returns each test that failed with the first line of why, and each file that did not load */
export function failuresIn(run: TestRun): string[] {
  return filesOf(run).flatMap((file) => {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0) return file.status === 'failed' ? [file.name] : [];
    return failed.map(({ fullName, failureMessages: [message = ''] }) => {
      return `${fullName}: ${stripVTControlCharacters(message.split('\n', 1)[0] ?? '')}`;
    });
  });
}

/** Sums up the runs: a file that does not load, a project without a report and a run that failed otherwise are a failure. */
export function totals(runs: readonly TestRun[]): { passed: number; failed: number } {
  let passed = 0;
  let failed = 0;
  for (const run of runs) {
    const failures = filesOf(run).reduce((sum, file) => sum + failuresOf(file), run.missing.length);
    passed += testsOf(run, 'passed').length;
    failed += failures === 0 && run.status !== 0 ? 1 : failures;
  }
  return { passed, failed };
}

function filesOf({ reports }: TestRun): JestFile[] {
  return [...reports.values()].flatMap(({ testResults }) => testResults);
}

function failuresOf({ status, assertionResults }: JestFile): number {
  const failed = assertionResults.filter((test) => test.status === 'failed').length;
  return failed === 0 && status === 'failed' ? 1 : failed;
}

function testsOf(run: TestRun, status: string): string[] {
  return filesOf(run).flatMap(({ assertionResults }) =>
    assertionResults.filter((test) => test.status === status).map(({ fullName }) => fullName),
  );
}
