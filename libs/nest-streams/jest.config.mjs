import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('nest-streams', import.meta.dirname);
