import type { WritableRecord } from '../index.ts';

/**
 * Records, and the batches that Kafka's Java client 4.3.1 makes of them: printed by JavaRecords.java, encode.
 */
export const JAVA_BATCHES: readonly {
  readonly what: string;
  readonly records: readonly WritableRecord[];
  readonly hex: string;
}[] = [
  {
    what: 'nulls, empty values, repeated headers and a time that goes back',
    records: [
      { timestamp: '1700000000000', key: Buffer.from('k'), value: Buffer.from('v'), headers: [] },
      { timestamp: '1700000000500', key: null, value: null, headers: [] },
      {
        timestamp: '1699999999000',
        key: Buffer.alloc(0),
        value: Buffer.from('va'),
        headers: [
          ['a', Buffer.from('b')],
          ['a', null],
          ['é', Buffer.alloc(0)],
        ],
      },
    ],
    hex: '000000000000000000000057ffffffff027bed58c90000000000020000018bcfe568000000018bcfe569f4ffffffffffffffffffffffffffff0000000310000000026b0276000e00e807020101002800cf0f0400047661060261026202610104c3a900',
  },
  {
    what: 'timestamps that no number holds, and a length of two bytes',
    records: [
      { timestamp: '9223372036854775807', key: null, value: Buffer.alloc(70, 0xab), headers: [] },
      { timestamp: '9007199254740993', key: Buffer.alloc(1), value: Buffer.alloc(0), headers: [] },
      { timestamp: '0', key: null, value: null, headers: [['n', Buffer.alloc(0)]] },
    ],
    hex: '0000000000000000000000a4ffffffff020cdd25060000000000027fffffffffffffff7fffffffffffffffffffffffffffffffffffffffffff000000039a01000000018c01abababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab002000fbffffffffffffdfff0102020000002400fdffffffffffffffff0104010102026e00',
  },
];
