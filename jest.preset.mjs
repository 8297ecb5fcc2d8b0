/** Jest settings that every project shares. The environment variable TEST_LAYER picks the files: unit, integration or deploy. */

import { mkdirSync } from 'node:fs';

// Jest writes its reports there (nx.json) and does not make the folder.
mkdirSync(`${import.meta.dirname}/dist/test-results`, { recursive: true });

/** Deadlines are for tests that hang: a busy machine may take its time. */
const WITH_BROKER = {
  testTimeout: 180_000,
  globalSetup: `${import.meta.dirname}/libs/embedded-kafka/src/jest-global-setup.ts`,
  globalTeardown: `${import.meta.dirname}/libs/embedded-kafka/src/jest-global-teardown.ts`,
};

const LAYERS = {
  unit: {
    testTimeout: 30_000,
    testMatch: ['**/*.spec.ts'],
    testPathIgnorePatterns: ['\\.(integration|deploy)\\.spec\\.ts$'],
  },
  integration: { testMatch: ['**/*.integration.spec.ts'], ...WITH_BROKER },
  deploy: { testMatch: ['**/*.deploy.spec.ts'], ...WITH_BROKER },
};

/** More than any project has: Jest repeats no failure. */
const ALL_FILES = 10_000;

/** Absolute paths, one a line, of the only files to run: a second try of those that failed. */
const ONLY = process.env.TEST_FILES?.split('\n');

/**
 * @param {string} displayName the project's name, printed before each of its files
 * @param {string} rootDir the project's folder
 * @returns {import('jest').Config}
 */
export function jestConfig(displayName, rootDir) {
  return {
    displayName,
    rootDir,
    testEnvironment: `${import.meta.dirname}/jest.environment.mjs`,
    // `npm test` repeats at its end what failed, of all projects.
    reporters: [['default', { summaryThreshold: ALL_FILES }]],
    // FUZZ_RUNS=1000000 makes fuzz tests of the property tests that feed decoders with any bytes; 0: as they are.
    globals: { FUZZ_RUNS: Number(process.env.FUZZ_RUNS ?? 0) },
    extensionsToTreatAsEsm: ['.ts'],
    transform: {
      '\\.ts$': [
        '@swc/jest',
        {
          jsc: {
            target: 'es2022',
            parser: { syntax: 'typescript', decorators: true },
            transform: { legacyDecorator: true },
            experimental: { keepImportAttributes: true },
          },
          module: { type: 'es6' },
        },
      ],
    },
    ...LAYERS[process.env.TEST_LAYER ?? 'unit'],
    ...(ONLY && { testMatch: ONLY }),
  };
}
