import type { KafkaRelease } from '@login-pipeline/embedded-kafka';

/** @returns whether it has one transaction protocol only, and no consumers of KIP-848 by default */
export function isKafka3({ version }: KafkaRelease): boolean {
  return version?.startsWith('3.') === true;
}
