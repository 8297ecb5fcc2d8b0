/** Prints ns per record of every validator that was considered: `node libs/schema/bench/validators.ts`. */
import { PARSED_GOLDEN_LOGINS } from '../src/testing/golden-logins.ts';
import { CANDIDATES } from './candidates.ts';
import { printRounds } from './rounds.ts';
import { loginValues } from './workload.ts';

const records = loginValues().map((value) => JSON.parse(value.toString()) as unknown);

for (const [name, check] of Object.entries(CANDIDATES)) {
  const wrong = PARSED_GOLDEN_LOGINS.find(({ parsed, valid }) => check(parsed) !== valid);
  if (wrong !== undefined) throw new Error(`${name} is wrong about: ${wrong.name}`);
}

printRounds(
  Object.fromEntries(
    Object.entries(CANDIDATES).map(([name, check]) => [
      name,
      { records: records.length, run: () => records.filter(check).length },
    ]),
  ),
);
