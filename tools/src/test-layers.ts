import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One run of Jest over several projects. */
export interface TestLayer {
  readonly name: 'unit' | 'integration' | 'e2e' | 'engine';
  readonly title: string;
  /** Options for Jest. */
  readonly options: readonly string[];
}

/** A connection that a failed test left open must not keep the run from its end. */
const WITH_BROKER = ['--passWithNoTests', '--runInBand', '--forceExit'];

/** In the order they run: the cheapest first. Only unit tests share nothing and may run side by side. */
export const TEST_LAYERS: readonly TestLayer[] = [
  { name: 'unit', title: 'unit tests', options: ['--passWithNoTests'] },
  {
    name: 'integration',
    title: 'integration tests against the broker',
    options: WITH_BROKER,
  },
  {
    name: 'e2e',
    title: 'end-to-end tests against the built services',
    options: WITH_BROKER,
  },
];

/** What asks brokers, and nothing above it: enough to see whether another release of theirs is another one to us. */
export const ENGINE_LAYER: TestLayer = {
  name: 'engine',
  title: 'the engine against that release',
  options: WITH_BROKER,
};

const E2E_PROJECT = 'apps/pipeline-e2e';
const ENGINE_PROJECT = 'libs/streams-kafkajs';

/** @returns folders of the projects with tests of the layer, relative to `root` */
export function testProjects(root: string, layer: TestLayer): string[] {
  if (layer.name === 'e2e') return [E2E_PROJECT];
  if (layer.name === 'engine') return [ENGINE_PROJECT];
  const nested = ['apps', 'deploy', 'examples', 'libs'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}`),
  );
  return [...nested, 'tools']
    .filter((folder) => existsSync(join(root, folder, 'jest.config.mjs')))
    .filter((folder) => layer.name === 'unit' || folder !== E2E_PROJECT);
}

/** What we read of Jest's JSON report. */
export interface JestReport {
  readonly testResults: readonly JestFile[];
}

interface JestFile {
  /** Path of the file. */
  readonly name: string;
  readonly status: 'passed' | 'failed';
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}

export interface JestResult {
  /** Exit code. */
  readonly status: number;
  readonly report: JestReport | undefined;
}

/** More files than this do not fail by bad luck. */
const MOST_RETRIED_FILES = 5;

/** @returns the files that are worth a second try: none when none failed, or so many that something is broken */
export function filesToRetry({ report }: JestResult): string[] {
  const failed = (report?.testResults ?? []).filter(({ status }) => status === 'failed');
  return failed.length <= MOST_RETRIED_FILES ? failed.map(({ name }) => name) : [];
}

/** @returns the first run's result with its failed files as they were the second time */
export function afterRetry(first: JestResult, second: JestResult): JestResult {
  const again = new Map(second.report?.testResults.map((file) => [file.name, file]));
  const testResults = first.report?.testResults.map((file) => again.get(file.name) ?? file) ?? [];
  return { status: second.status, report: { testResults } };
}

/** @returns the tests that failed the first time and passed the second: they, or what they test, are not dependable */
export function flakyTests(first: JestResult, second: JestResult): string[] {
  const passed = new Set(testsOf(second, 'passed'));
  return testsOf(first, 'failed').filter((name) => passed.has(name));
}

/** Sums up the runs. A file that does not load counts as one failure, and so does a run that failed otherwise. */
export function totals(results: readonly JestResult[]): { passed: number; failed: number } {
  let passed = 0;
  let failed = 0;
  for (const { status, report } of results) {
    const failures = sum(report?.testResults.map(failuresOf) ?? []);
    passed += testsOf({ status, report }, 'passed').length;
    failed += failures === 0 && status !== 0 ? 1 : failures;
  }
  return { passed, failed };
}

function failuresOf({ status, assertionResults }: JestFile): number {
  const failed = assertionResults.filter((test) => test.status === 'failed').length;
  return failed === 0 && status === 'failed' ? 1 : failed;
}

function testsOf({ report }: JestResult, status: string): string[] {
  return (report?.testResults ?? []).flatMap(({ assertionResults }) =>
    assertionResults.filter((test) => test.status === status).map(({ fullName }) => fullName),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
