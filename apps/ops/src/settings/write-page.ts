/** Writes the page of settings from their declarations. */
import { writeFileSync } from 'node:fs';
import { PAGE, page } from './readers.ts';

writeFileSync(PAGE, page());
