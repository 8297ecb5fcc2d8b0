import { describe, expect, it } from '@jest/globals';
import { freePorts } from './ports.ts';

describe('free ports', () => {
  it('are not given twice, though no server listens on them yet', async () => {
    const rounds = await Promise.all(Array.from({ length: 60 }, () => freePorts(8)));
    const ports = rounds.flat();
    expect(new Set(ports).size).toBe(ports.length);
  });
});
