import { jestConfig } from '../../jest.preset.mjs';

export default jestConfig('streams-kafkajs', import.meta.dirname);
