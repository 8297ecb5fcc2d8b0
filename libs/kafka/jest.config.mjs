import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('kafka', import.meta.dirname);
