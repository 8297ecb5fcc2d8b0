import { AuthenticationError, ConnectionEndedError } from '@login-pipeline/streams';
import { rootCause, TokenError } from '../client/errors.ts';
import type { KafkaConnection } from '../client/connection.ts';

type Security = Pick<KafkaConnection, 'ssl' | 'sasl'>;

/** How OpenSSL says that no authority that is trusted vouches for a certificate. */
const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

/** What comes instead of a TLS record from a listener without TLS, or an end of the connection. */
const NO_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/;

const SPEAKS_NO_TLS =
  'it does not speak TLS there: KAFKA_SSL=true fits another listener, KAFKA_BROKERS names its port';

/** TLS alerts (RFC 8446, 6.2) about the certificate that the client has shown, or not. */
const CLIENT_CERTIFICATE =
  /ALERT_(?:BAD_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED|HANDSHAKE_FAILURE)|ALERT_NUMBER_116/;

/**
 * Tells people what a failed connection means.
 *
 * @returns what the broker wants or lacks and the setting to look at; undefined when it has nothing to do with security
 */
export function connectionAdvice(error: unknown, { ssl, sasl }: Security): string | undefined {
  const root = rootCause(error);
  if (!(root instanceof Error)) return undefined;
  if (root instanceof TokenError) return root.message;
  if (root instanceof AuthenticationError) return saslAdvice(root, sasl);
  if (root instanceof ConnectionEndedError) return endAdvice(root, { ssl, sasl });
  const code = 'code' in root && typeof root.code === 'string' ? root.code : '';
  return ssl === false ? undefined : tlsAdvice(code, root.message, ssl);
}

function tlsAdvice(
  code: string,
  message: string,
  files: Exclude<Security['ssl'], false>,
): string | undefined {
  if (UNTRUSTED.has(code)) {
    return files.caFile === undefined
      ? "the broker's certificate is of an authority that is not trusted: set KAFKA_SSL_CA_FILE to the authority's certificate"
      : "the broker's certificate is of none of the authorities in KAFKA_SSL_CA_FILE";
  }
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return "the broker's certificate, or its authority's in KAFKA_SSL_CA_FILE, has expired: it has to be renewed";
    case 'CERT_NOT_YET_VALID':
      return "the broker's certificate is not valid yet: is the clock of this host right?";
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the broker's certificate is for other host names than the one in KAFKA_BROKERS (${message})`;
    default:
  }
  if (NO_TLS.test(`${code} ${message}`)) return SPEAKS_NO_TLS;
  if (!CLIENT_CERTIFICATE.test(code)) return undefined;
  return files.certFile === undefined
    ? 'it wants a client certificate: set KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE'
    : `it refuses the client certificate in KAFKA_SSL_CERT_FILE (${code})`;
}

function saslAdvice(
  { reason, message }: AuthenticationError,
  sasl: Security['sasl'],
): string | undefined {
  switch (reason) {
    case 'mechanism':
      return `it does not take the mechanism ${sasl?.mechanism ?? ''} (KAFKA_SASL_MECHANISM)`;
    case 'unwanted':
      return 'it wants no authentication there: KAFKA_SASL_MECHANISM fits another listener, KAFKA_BROKERS names its port';
    case 'refused':
      return sasl?.mechanism === 'oauthbearer'
        ? `it refuses the token of KAFKA_SASL_OAUTHBEARER_CLIENT_ID: do its issuer, audience and scope fit the broker? (${message})`
        : `it refuses KAFKA_SASL_USERNAME with KAFKA_SASL_PASSWORD (${message})`;
    case 'failed':
      return undefined;
  }
}

/** A broker that does not understand a request, or does not want it yet, ends the connection without a word. */
function endAdvice({ reason }: ConnectionEndedError, { ssl, sasl }: Security): string | undefined {
  if (reason === 'closed-before-tls') return SPEAKS_NO_TLS;
  if (reason === 'speaks-tls') {
    return 'it speaks TLS there: its listener may want TLS (KAFKA_SSL=true)';
  }
  const wanted = [
    ...(ssl === false ? ['TLS (KAFKA_SSL=true)'] : []),
    ...(sasl === undefined ? ['authentication (KAFKA_SASL_MECHANISM)'] : []),
  ];
  return wanted.length === 0
    ? undefined
    : `it ends the connection at once: its listener may want ${wanted.join(' or ')}`;
}
