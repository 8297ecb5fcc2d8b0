import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('ops', import.meta.dirname);
