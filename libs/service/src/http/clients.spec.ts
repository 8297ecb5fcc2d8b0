import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Clients } from './clients.ts';

const PROXIES = ['192.0.2.1', '10.0.0.0/8', 'fd00::/8'];

/** @returns the client of a request that comes from the peer */
function clientOf(peer: string, forwardedFor?: string): string {
  const request = {
    socket: { remoteAddress: peer },
    headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
  };
  return new Clients(PROXIES).of(request as unknown as IncomingMessage);
}

describe('Clients', () => {
  it.each([
    ['198.51.100.1', '198.51.100.1'],
    ['::ffff:198.51.100.1', '198.51.100.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
    ['2001:db8:1:2::9', '2001:db8:1:2::'],
    // Of its network others may be no proxies.
    ['fd12::1', 'fd12::1'],
    ['', ''],
  ])('of %s is %s', (address, client) => {
    expect(clientOf(address)).toBe(client);
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['[2001:db8:1:2::9]:4711', '2001:db8:1:2::'],
    ['[2001:db8:1:2::9]', '2001:db8:1:2::'],
    // What the client claims itself stands left of what proxies say.
    ['198.51.100.1, 203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7 ,10.1.2.3:80', '203.0.113.7'],
    // No address of a client: it is the proxy's.
    ['10.1.2.3', '10.0.0.1'],
    ['10.9.9.9, 10.1.2.3', '10.0.0.1'],
    ['unknown', '10.0.0.1'],
    ['198.51.100.1, unknown', '10.0.0.1'],
    ['x'.repeat(10_000), '10.0.0.1'],
    ['', '10.0.0.1'],
  ])('of a request that a proxy forwards for %.40s is %s', (forwardedFor, client) => {
    expect(clientOf('10.0.0.1', forwardedFor)).toBe(client);
  });

  it('of a request from any other peer is the peer, whatever it claims', () => {
    expect(clientOf('198.51.100.1', '203.0.113.7')).toBe('198.51.100.1');
  });

  it('believes the proxies that are named, and no others', () => {
    const clients = new Clients(PROXIES);
    const trusted = ['192.0.2.1', '::ffff:192.0.2.1', '10.9.8.7', 'fd12::1'];
    const others = ['192.0.2.2', '11.0.0.1', 'fe80::1', 'unknown', '', undefined];
    expect(trusted.map((address) => clients.isProxy(address))).toEqual(trusted.map(() => true));
    expect(others.map((address) => clients.isProxy(address))).toEqual(others.map(() => false));
    expect(new Clients().isProxy('127.0.0.1')).toBe(false);
  });
});
