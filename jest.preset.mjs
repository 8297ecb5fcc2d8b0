/** Jest settings that every project shares. The environment variable TEST_LAYER picks the files: unit or integration. */

const LAYERS = {
  unit: { testMatch: ['**/*.spec.ts'], testPathIgnorePatterns: ['\\.integration\\.spec\\.ts$'] },
  integration: {
    testMatch: ['**/*.integration.spec.ts'],
    testTimeout: 60_000,
    globalSetup: `${import.meta.dirname}/tools/src/embedded-kafka/jest-global-setup.ts`,
    globalTeardown: `${import.meta.dirname}/tools/src/embedded-kafka/jest-global-teardown.ts`,
  },
};

/**
 * @param {string} displayName the project's name, printed before each of its files
 * @param {string} rootDir the project's folder
 * @returns {import('jest').Config}
 */
export function jestConfig(displayName, rootDir) {
  return {
    displayName,
    rootDir,
    testEnvironment: 'node',
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
    ...LAYERS[process.env.TEST_LAYER === 'integration' ? 'integration' : 'unit'],
  };
}
