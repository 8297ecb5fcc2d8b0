import { describe, expect, it } from '@jest/globals';
import { Clients } from './clients.ts';

describe('Clients', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
    ['2001:db8:1:2::9', '2001:db8:1:2::'],
    ['[2001:db8:1:2::9]:4711', '2001:db8:1:2::'],
    ['[2001:db8:1:2::9]', '2001:db8:1:2::'],
    ['unknown', 'unknown'],
    ['', ''],
  ])('of %s is %s', (address, client) => {
    expect(Clients.keyOf(address)).toBe(client);
  });

  it('believes the proxies that are named, and no others', () => {
    const clients = new Clients(['192.0.2.1', '10.0.0.0/8', 'fd00::/8']);
    const trusted = ['192.0.2.1', '::ffff:192.0.2.1', '10.9.8.7', 'fd12::1'];
    const others = ['192.0.2.2', '11.0.0.1', 'fe80::1', 'unknown', '', undefined];
    expect(trusted.map((address) => clients.isProxy(address))).toEqual(trusted.map(() => true));
    expect(others.map((address) => clients.isProxy(address))).toEqual(others.map(() => false));
    expect(new Clients().isProxy('127.0.0.1')).toBe(false);
  });
});
