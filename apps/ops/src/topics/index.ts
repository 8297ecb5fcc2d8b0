export { setUpTopics } from './set-up-topics.ts';
