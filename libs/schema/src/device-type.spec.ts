import { expect, it } from '@jest/globals';
import { canonicalDeviceType } from './device-type.ts';

it.each([
  ['android', 'android'],
  ['Android', 'android'],
  ['ANDROID', 'android'],
  ['aNdRoId', 'android'],
  ['iOS', 'iOS'],
  ['ios', 'iOS'],
  ['IOS', 'iOS'],
  ['Ios', 'iOS'],
  ['iPadOS', 'ipados'],
  ['Smart TV', 'smart tv'],
])('counts %s as %s', (spelling, canonical) => {
  expect(canonicalDeviceType(spelling)).toBe(canonical);
});
