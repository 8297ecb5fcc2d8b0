import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { patched } from '@login-pipeline/planting';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { STALLING } from '../stalls/stalls.ts';
import { SCENARIOS } from './scenarios/index.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const patch = { file: 'some.ts', fragment: 'a', replacement: '$&' };

describe('planted bugs', () => {
  it.each([...PLANTED_BUGS, STALLING])(
    '$name still finds its place in the source',
    ({ name, patches }) => {
      for (const it of patches) {
        const source = readFileSync(join(ROOT, it.file), 'utf8');
        expect(patched(name, source, it)).not.toBe(source);
      }
    },
  );

  it('each name a scenario that exists, and no two have one name', () => {
    const scenarios = SCENARIOS.map(({ name }) => name);
    expect(scenarios).toEqual(expect.arrayContaining(PLANTED_BUGS.map((bug) => bug.scenario)));
    const names = [...scenarios, ...PLANTED_BUGS.map(({ name }) => name)];
    expect(new Set(names).size).toBe(names.length);
  });

  it('puts the replacement in as it is', () => {
    expect(patched('bug', 'cab', patch)).toBe('c$&b');
  });

  it.each(['nothing', 'a a'])('refuses a fragment that is not once in "%s"', (source) => {
    expect(() => patched('bug', source.replace('nothing', 'xyz'), patch)).toThrow('some.ts');
  });
});
