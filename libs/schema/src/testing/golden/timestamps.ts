import { spelled } from './login-text.ts';
import type { Row } from './row.ts';

/** Right and wrong values of `timestamp`. */
export const TIMESTAMPS: readonly Row[] = [
  ['seconds', spelled('timestamp', '1734547631'), 'valid', 'a number'],
  ['float seconds', spelled('timestamp', '1734547631.123456'), 'valid', "Python's time.time()"],
  ['milliseconds', spelled('timestamp', '1734547631123'), 'valid', 'from 100000000000 on'],
  ['exponent', spelled('timestamp', '1.734547631e9'), 'valid', 'a JSON number, however spelled'],
  ['zero', spelled('timestamp', '0'), 'valid', 'the epoch'],
  [
    'last possible millisecond',
    spelled('timestamp', '8640000000000000'),
    'valid',
    'the largest time of ECMAScript',
  ],
  [
    'one millisecond too late',
    spelled('timestamp', '8640000000000001'),
    'invalid_timestamp',
    'no date',
  ],
  [
    'nanoseconds',
    spelled('timestamp', '1734547631123456789'),
    'invalid_timestamp',
    'neither seconds nor milliseconds',
  ],
  ['beyond double', spelled('timestamp', '1e400'), 'invalid_timestamp', 'infinite once parsed'],
  ['negative', spelled('timestamp', '-1'), 'invalid_timestamp', 'before the epoch'],
  ['NaN', spelled('timestamp', 'NaN'), 'invalid_json', 'Python writes it, JSON has none'],
  ['Infinity', spelled('timestamp', 'Infinity'), 'invalid_json', 'Python writes it, JSON has none'],
  ['string of seconds', spelled('timestamp', '"1734547631"'), 'valid', 'decimal digits'],
  [
    'string of float seconds',
    spelled('timestamp', '"1734547631.123456"'),
    'valid',
    'decimal digits with a fraction',
  ],
  ['string of milliseconds', spelled('timestamp', '"1734547631123"'), 'valid', 'decimal digits'],
  [
    'string of the last possible millisecond',
    spelled('timestamp', '"8640000000000000"'),
    'valid',
    'the largest time of ECMAScript',
  ],
  [
    'string of a millisecond too late',
    spelled('timestamp', '"8640000000000001"'),
    'invalid_timestamp',
    'no date',
  ],
  [
    'string of nanoseconds',
    spelled('timestamp', '"1734547631123456789"'),
    'invalid_timestamp',
    'neither seconds nor milliseconds',
  ],
  ['string empty', spelled('timestamp', '""'), 'invalid_timestamp', 'Number("") would be 0'],
  ['string with a space', spelled('timestamp', '" 12"'), 'invalid_timestamp', 'digits only'],
  ['string with line feed', spelled('timestamp', '"12\\n"'), 'invalid_timestamp', 'digits only'],
  ['string hexadecimal', spelled('timestamp', '"0x10"'), 'invalid_timestamp', 'digits only'],
  ['string with exponent', spelled('timestamp', '"1e9"'), 'invalid_timestamp', 'digits only'],
  [
    'string without digits after the point',
    spelled('timestamp', '"12."'),
    'invalid_timestamp',
    'a fraction has digits',
  ],
  ['string NaN', spelled('timestamp', '"NaN"'), 'invalid_timestamp', 'digits only'],
  ['string negative', spelled('timestamp', '"-1"'), 'invalid_timestamp', 'before the epoch'],
  [
    'string ISO 8601',
    spelled('timestamp', '"2024-12-18T18:47:11Z"'),
    'invalid_timestamp',
    'epoch time only',
  ],
  ['string of Arabic digits', spelled('timestamp', '"١٧٣٤"'), 'invalid_timestamp', 'ASCII digits'],
];
