import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('aggregator', import.meta.dirname);
