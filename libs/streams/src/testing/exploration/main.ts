import { runSchedule } from './explore.ts';

const [, , first = '1', count = '100', trace] = process.argv;
const began = performance.now();
let requests = 0;
let failed = 0;
for (let seed = Number(first); seed < Number(first) + Number(count); seed += 1) {
  const result = await runSchedule({ seed, ...(trace && { onTrace: console.log }) });
  requests += result.requests;
  if (result.faults.length > 0) {
    failed += 1;
    console.log(seed, result.attacks.join(', '), result.faults.slice(0, 5).join('; '));
  }
}
const seconds = (performance.now() - began) / 1_000;
console.log({ failed, requests, perSecond: Number(count) / seconds });
