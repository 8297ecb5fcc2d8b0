import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('observability', import.meta.dirname);
