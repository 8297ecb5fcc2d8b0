import { BlockList, isIP, isIPv6 } from 'node:net';
import { normalizeIP } from '@fastify/rate-limit';

/** Who asks: by whom a bound counts. */
export class Clients {
  readonly #proxies = new BlockList();

  /** @param trustedProxies addresses and networks (`10.0.0.0/8`) whose `X-Forwarded-For` is believed */
  constructor(trustedProxies: readonly string[] = []) {
    for (const proxy of trustedProxies) {
      const [address = '', prefix] = proxy.split('/');
      const family = familyOf(address);
      if (prefix === undefined) this.#proxies.addAddress(address, family);
      else this.#proxies.addSubnet(address, Number(prefix), family);
    }
  }

  /** @returns whether the peer forwards what others ask, and says truly for whom */
  isProxy(address: string | undefined): boolean {
    if (address === undefined || isIP(address) === 0) return false;
    return this.#proxies.check(address, familyOf(address));
  }

  /**
   * @param address of the peer, or what a trusted proxy forwarded: some append the port
   * @returns the IPv4 address, or the /64 network of the IPv6 address: one client has all addresses of its network
   */
  static keyOf(address: string): string {
    const [, v6, v4] = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(address) ?? [];
    const bare = v6 ?? v4 ?? address;
    // Most are IPv4, which needs no arithmetic.
    return isIPv6(bare) ? normalizeIP(bare) : bare;
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
