export { testContext } from './test-context.ts';
