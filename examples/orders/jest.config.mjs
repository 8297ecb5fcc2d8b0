import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('orders', import.meta.dirname);
