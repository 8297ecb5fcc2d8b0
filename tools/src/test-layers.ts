import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One run of Jest over several projects. */
export interface TestLayer {
  readonly name: 'unit' | 'integration' | 'e2e';
  readonly title: string;
  /** Options for Jest. */
  readonly options: readonly string[];
}

/** In the order they run: the cheapest first. Only unit tests share nothing and may run side by side. */
export const TEST_LAYERS: readonly TestLayer[] = [
  { name: 'unit', title: 'unit tests', options: ['--passWithNoTests'] },
  {
    name: 'integration',
    title: 'integration tests against the broker',
    options: ['--passWithNoTests', '--runInBand'],
  },
  {
    name: 'e2e',
    title: 'end-to-end tests against the built services',
    options: ['--passWithNoTests', '--runInBand'],
  },
];

const E2E_PROJECT = 'apps/pipeline-e2e';

/** @returns folders of the projects with tests of the layer, relative to `root` */
export function testProjects(root: string, layer: TestLayer): string[] {
  if (layer.name === 'e2e') return [E2E_PROJECT];
  const nested = ['apps', 'libs'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}`),
  );
  return [...nested, 'tools']
    .filter((folder) => existsSync(join(root, folder, 'jest.config.mjs')))
    .filter((folder) => layer.name === 'unit' || folder !== E2E_PROJECT);
}

/** What we read of Jest's JSON report. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Files that failed before a test of theirs ran. */
  readonly numRuntimeErrorTestSuites: number;
}

export interface JestResult {
  /** Exit code. */
  readonly status: number;
  readonly report: JestReport | undefined;
}

/** Sums up the runs. A file that does not load counts as one failure, and so does a run that failed otherwise. */
export function totals(results: readonly JestResult[]): { passed: number; failed: number } {
  let passed = 0;
  let failed = 0;
  for (const { status, report } of results) {
    const failures = (report?.numFailedTests ?? 0) + (report?.numRuntimeErrorTestSuites ?? 0);
    passed += report?.numPassedTests ?? 0;
    failed += failures === 0 && status !== 0 ? 1 : failures;
  }
  return { passed, failed };
}
