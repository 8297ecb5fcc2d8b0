import { describe, expect, it } from '@jest/globals';
import { findPlanted } from './find-planted.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';

/** Each is found within seconds by a core that has nothing else to do. */
const WITHIN_MS = 120_000;

describe('Exploring the engine with a bug in it', () => {
  it.each(PLANTED_BUGS)(
    'shows that $bug',
    async (bug) => {
      const { found } = await findPlanted(bug, WITHIN_MS);
      expect(found?.faults).toContainEqual(expect.stringMatching(bug.symptom));
    },
    2 * WITHIN_MS,
  );
});
