import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('explore', import.meta.dirname);
