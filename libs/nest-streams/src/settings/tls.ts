import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BOOLEAN, isReadableFile, READABLE_FILE, setting } from '@login-pipeline/config';
import type { Fault, TextOf } from '@login-pipeline/config';

export const SSL = setting('KAFKA_SSL', {
  description: 'Encrypt connections to the brokers (TLS)',
  format: BOOLEAN,
  default: 'false',
});
export const CA_FILE = setting('KAFKA_SSL_CA_FILE', {
  description: "PEM file of the authorities to trust instead of Node's own list",
  format: READABLE_FILE,
});
export const CERT_FILE = setting('KAFKA_SSL_CERT_FILE', {
  description: 'PEM file of the client certificate (mutual TLS)',
  format: READABLE_FILE,
});
export const KEY_FILE = setting('KAFKA_SSL_KEY_FILE', {
  description: "PEM file of the client certificate's private key",
  format: READABLE_FILE,
});

/** @returns what is wrong with the TLS settings together, and with what is in their files */
export function tlsFaults(text: TextOf): Fault[] {
  const faults: Fault[] = [];
  const files = [CA_FILE, CERT_FILE, KEY_FILE].map(({ name }) => name);
  if (text(SSL.name) === 'false') {
    for (const name of files.filter((file) => text(file) !== undefined)) {
      faults.push({ name, problem: `has no effect without ${SSL.name}=true` });
    }
  }
  for (const [name, other] of [
    [CERT_FILE.name, KEY_FILE.name],
    [KEY_FILE.name, CERT_FILE.name],
  ] as const) {
    if (text(name) !== undefined && text(other) === undefined) {
      faults.push({ name, problem: `needs ${other} too` });
    }
  }
  return [...faults, ...pemFaults(text)];
}

/** Only of files that can be read: for the others there is a fault already. */
function pemFaults(text: TextOf): Fault[] {
  const contentOf = ({ name }: { readonly name: string }): string | undefined => {
    const path = text(name);
    return path !== undefined && isReadableFile(path) ? readFileSync(path, 'utf8') : undefined;
  };
  const ca = contentOf(CA_FILE);
  const cert = contentOf(CERT_FILE);
  const key = contentOf(KEY_FILE);
  const faults: Fault[] = [];
  if (ca !== undefined && parsed(() => new X509Certificate(ca)) === undefined) {
    faults.push({ name: CA_FILE.name, problem: 'holds no PEM certificate' });
  }
  const certificate = cert === undefined ? undefined : parsed(() => new X509Certificate(cert));
  if (cert !== undefined && certificate === undefined) {
    faults.push({ name: CERT_FILE.name, problem: 'holds no PEM certificate' });
  }
  const privateKey = key === undefined ? undefined : parsed(() => createPrivateKey(key));
  if (key !== undefined && privateKey === undefined) {
    faults.push({ name: KEY_FILE.name, problem: 'holds no PEM private key without a passphrase' });
  }
  if (certificate && privateKey && !certificate.checkPrivateKey(privateKey)) {
    faults.push({
      name: KEY_FILE.name,
      problem: `does not belong to the certificate in ${CERT_FILE.name}`,
    });
  }
  return faults;
}

/** @returns undefined for what OpenSSL does not take */
function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
