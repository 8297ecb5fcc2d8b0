import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('transformer', import.meta.dirname);
