import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('pipeline', import.meta.dirname);
