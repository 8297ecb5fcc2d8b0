import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('deploy-e2e', import.meta.dirname);
