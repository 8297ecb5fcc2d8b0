export { findJava } from './java.ts';
export { maven, onlyOnce, unpackArchive } from './maven.ts';
