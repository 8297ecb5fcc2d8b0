/** Jest wants it in a file of its own; the broker is the other file's. */
export { stopBroker as default } from './jest-global-setup.ts';
