import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('monitoring', import.meta.dirname);
