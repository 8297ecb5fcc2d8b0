import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('command', import.meta.dirname);
