import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('service', import.meta.dirname);
