import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('config', import.meta.dirname);
