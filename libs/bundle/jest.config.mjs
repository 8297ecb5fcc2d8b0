import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('bundle', import.meta.dirname);
