import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('registry', import.meta.dirname);
