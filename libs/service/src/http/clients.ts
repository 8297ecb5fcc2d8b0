import type { IncomingMessage } from 'node:http';
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
   * @returns the key of who asks: the peer or, behind trusted proxies, the rightmost address of `X-Forwarded-For` that
   *   is none of them; the peer, too, when what stands there is no address
   */
  of({ socket, headers }: IncomingMessage): string {
    const peer = socket.remoteAddress ?? '';
    const forwarded = headers['x-forwarded-for'];
    if (forwarded === undefined || !this.isProxy(peer)) return this.keyOf(peer);
    for (const hop of String(forwarded).split(',').reverse()) {
      const address = withoutPort(hop.trim());
      if (isIP(address) === 0) break;
      if (!this.isProxy(address)) return this.keyOf(address);
    }
    return this.keyOf(peer);
  }

  /**
   * @returns the IPv4 address, or the /64 network of the IPv6 address: one client has all addresses of its network. A
   *   trusted proxy may share its network with others, and has its own address
   */
  keyOf(address: string): string {
    // Most are IPv4, which needs no arithmetic.
    return isIPv6(address) && !this.isProxy(address) ? normalizeIP(address) : address;
  }
}

/** Some proxies append the port. */
function withoutPort(hop: string): string {
  const [, v6, v4] = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(hop) ?? [];
  return v6 ?? v4 ?? hop;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
