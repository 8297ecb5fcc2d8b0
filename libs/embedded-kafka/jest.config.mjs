import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('embedded-kafka', import.meta.dirname);
