import { jestConfig } from '../../jest.preset.mjs';

export default {
  ...jestConfig('pipeline-e2e', import.meta.dirname),
  testSequencer: `${import.meta.dirname}/longest-first.mjs`,
};
