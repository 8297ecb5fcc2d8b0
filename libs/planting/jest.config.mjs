import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('planting', import.meta.dirname);
