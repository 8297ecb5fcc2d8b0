import { describe, expect, it } from '@jest/globals';
import { ByteReader, ByteWriter } from '../../state/byte-codec.ts';
import { userId } from '../../state/testing/logins.ts';
import { UserHash } from '../../state/user-hash.ts';
import { UserSketch } from './user-sketch.ts';

const hash = new UserHash();
function hashOf(user: number): UserHash {
  hash.set(userId(user));
  return hash;
}

describe('UserSketch', () => {
  it.each([0, 1, 10, 1000, 10_000, 300_000])('is near %i users', (users) => {
    const sketch = new UserSketch();
    for (let user = 0; user < users; user += 1) sketch.add(hashOf(user));
    for (let user = 0; user < users; user += 2) sketch.add(hashOf(user));
    const { estimate, relativeError } = sketch.estimate();
    expect(relativeError).toBeCloseTo(0.01625, 5);
    expect(Math.abs(estimate - users)).toBeLessThanOrEqual(3 * relativeError * users);
  });

  it('has the stated error over many trials', () => {
    const errors = Array.from({ length: 40 }, (_, trial) => {
      const sketch = new UserSketch();
      for (let user = 0; user < 10_000; user += 1) sketch.add(hashOf(trial * 1_000_000 + user));
      return sketch.estimate().estimate / 10_000 - 1;
    });
    const rms = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    expect(rms).toBeGreaterThan(0.01);
    expect(rms).toBeLessThan(0.022);
  });

  it('merges into the sketch of the union', () => {
    const [left, right, union] = [new UserSketch(), new UserSketch(), new UserSketch()];
    for (let user = 0; user < 30_000; user += 1) {
      if (user < 20_000) left.add(hashOf(user));
      if (user >= 10_000) right.add(hashOf(user));
      union.add(hashOf(user));
    }
    left.merge(right);
    expect(left.cardinality()).toBe(union.cardinality());
    expect(written(left)).toEqual(written(union));
  });

  it.each([0, 1, 900, 1_400, 50_000])('comes back from its bytes with %i users', (users) => {
    const sketch = new UserSketch();
    for (let user = 0; user < users; user += 1) sketch.add(hashOf(user));
    const bytes = written(sketch);
    expect(bytes.length).toBeLessThanOrEqual(4_098);
    expect(bytes.length).toBeLessThanOrEqual(2 + 3 * users);
    const reader = new ByteReader(bytes);
    expect(written(UserSketch.read(reader))).toEqual(bytes);
    expect(reader.atEnd).toBe(true);
  });

  it('has another revision when a register has changed, and no other', () => {
    const sketch = new UserSketch();
    sketch.add(hashOf(1));
    const { revision } = sketch;
    sketch.add(hashOf(1));
    expect(sketch.revision).toBe(revision);
    sketch.add(hashOf(2));
    expect(sketch.revision).toBeGreaterThan(revision);
  });
});

function written(sketch: UserSketch): Buffer {
  const writer = new ByteWriter();
  sketch.write(writer);
  return Buffer.from(writer.written());
}
