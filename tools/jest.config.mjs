import { jestConfig } from '../jest.preset.mjs';

export default jestConfig('tools', import.meta.dirname);
