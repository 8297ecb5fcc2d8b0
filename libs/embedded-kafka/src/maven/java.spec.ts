import { expect, it } from '@jest/globals';
import { javaMajor } from './java.ts';

it.each([
  ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', 17],
  ['openjdk version "25" 2025-09-16 LTS', 25],
  ['java version "1.8.0_411"', 8],
  ['Picked up JAVA_TOOL_OPTIONS: -Dx=y\nopenjdk version "21.0.1-ea" 2023', 21],
  ['The operation couldn’t be completed', 0],
])('reads the release in %j', (description, major) => {
  expect(javaMajor(description)).toBe(major);
});
