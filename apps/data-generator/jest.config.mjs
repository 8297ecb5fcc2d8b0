import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('data-generator', import.meta.dirname);
