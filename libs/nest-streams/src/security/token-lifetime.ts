/** What a token endpoint answers (RFC 6749, 5.1): the lifetime in seconds, if any that makes sense. */
interface Answer {
  readonly access_token: string;
  readonly expires_in?: number | undefined;
}

/**
 * @param now in milliseconds since 1970
 * @returns for how many milliseconds a token is valid: the answer may say it, and the token itself,
 *   where it is a JWT. The sooner counts; infinity when neither does
 */
export function tokenLifetime({ access_token, expires_in }: Answer, now: number): number {
  const expiry = expiryOf(access_token) - now / 1_000;
  const lifetimes = [expires_in, expiry].map((seconds) =>
    isLifetime(seconds) ? seconds : Infinity,
  );
  return Math.min(...lifetimes) * 1_000;
}

/**
 * Servers that do not want to say how long a token is valid answer with zero, a negative number or a word: no reason to
 * refuse the token.
 *
 * @returns the answer, without `expires_in` unless it is a number of seconds
 */
export async function withoutNonsense(response: Response): Promise<Response> {
  const text = await response.text();
  const same = (body: string): Response => new Response(body, response);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return same(text);
  }
  if (typeof answer !== 'object' || answer === null || !('expires_in' in answer)) return same(text);
  const { expires_in, ...rest } = answer;
  return isLifetime(Number(expires_in)) ? same(text) : same(JSON.stringify(rest));
}

/**
 * Zero is none: a clock may be wrong, or the token expired already, and neither may mean to fetch
 * tokens without end.
 */
function isLifetime(seconds: number | undefined): seconds is number {
  return seconds !== undefined && seconds > 0;
}

/**
 * Brokers check whether a token is genuine.
 *
 * @returns `exp` of a JWT (RFC 7519, 4.1.4), in seconds since 1970; NaN of another token
 */
function expiryOf(token: string): number {
  const [, payload = ''] = token.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return typeof claims === 'object' && claims !== null && 'exp' in claims
      ? Number(claims.exp)
      : NaN;
  } catch {
    return NaN;
  }
}
