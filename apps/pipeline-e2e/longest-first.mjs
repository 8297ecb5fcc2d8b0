/** The order of the files: without it the longest may begin last and run alone, while the other cores have nothing to do. */
import Sequencer from '@jest/test-sequencer';

/** Those of more than 40 seconds on a quiet machine: those that mostly wait between those that keep a core busy. */
const LONGEST = [
  'drill',
  'page',
  'unreachable',
  'security',
  'aggregator',
  'page-month',
  'transaction-coordinator',
  'memory',
  'exactly-once',
  'hostile',
  'bounded',
  'rights',
  'page-tabs',
  'compacted-snapshots',
  'periods',
];

export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ path }) {
  const place = LONGEST.findIndex((name) => path.endsWith(`/${name}.integration.spec.ts`));
  return place === -1 ? LONGEST.length : place;
}
