export { SERVICES } from './readers.ts';
export { TOPIC_SETUP } from './settings.ts';
