import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('plain-wire', import.meta.dirname);
