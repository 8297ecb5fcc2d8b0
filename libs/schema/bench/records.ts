/** Prints ns per record of what the services do with every record: `node libs/schema/bench/records.ts`. */
import { decodeLogin, eventTimeMs, markProcessed } from '../src/index.ts';
import { printRounds } from './rounds.ts';
import { loginValues } from './workload.ts';

const values = loginValues();
const truncated = values.map((value) => value.subarray(0, -20));
const valid = values.flatMap((value) => {
  const login = decodeLogin(value);
  return typeof login === 'string' ? [] : [{ value, login }];
});
const marked = valid.map(({ value, login }) => ({
  value: markProcessed(value, login),
  login: { ...login, processed: true },
}));

printRounds({
  'JSON.parse alone': {
    records: values.length,
    run: () => {
      for (const value of values) JSON.parse(value.toString());
    },
  },
  decodeLogin: {
    records: values.length,
    run: () => {
      for (const value of values) decodeLogin(value);
    },
  },
  'decodeLogin, truncated': {
    records: values.length,
    run: () => {
      for (const value of truncated) decodeLogin(value);
    },
  },
  'markProcessed, mark added': {
    records: valid.length,
    run: () => {
      for (const { value, login } of valid) markProcessed(value, login);
    },
  },
  'markProcessed, mark replaced': {
    records: marked.length,
    run: () => {
      for (const { value, login } of marked) markProcessed(value, login);
    },
  },
  eventTimeMs: {
    records: valid.length,
    run: () => {
      let sum = 0;
      for (const { login } of valid) sum += eventTimeMs(login);
      return sum;
    },
  },
});
