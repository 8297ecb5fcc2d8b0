import { describe, expect, it } from '@jest/globals';
import { metricsIn } from './metric-names.ts';

describe('metricsIn', () => {
  it.each<[string, string[]]>([
    ['up == 0 or absent(up{job="x"})', ['up']],
    [
      'sum by (job, le) (rate(a_bucket{le="30"}[5m])) / scalar(sum(b_total offset 1h)) > 14.4 * 0.01',
      ['a_bucket', 'b_total'],
    ],
    ['a and on (topic) max by (topic) (b) unless c', ['a', 'b', 'c']],
    ['histogram_quantile(0.5, sum(rate(a[$__rate_interval])))', ['a']],
    ['count_values("broker", a) or vector(0)', ['a']],
    ['time() - a{x=~"b|c"} > 1e3', ['a']],
    ['job:a:rate5m', ['job:a:rate5m']],
  ])('%s', (expr, names) => {
    expect(metricsIn(expr)).toEqual(names);
  });
});
