/** Mechanisms of SASL (KIP-43, KIP-84, KIP-255), in Kafka's names. */
export type Mechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'oauthbearer';

/** What is shown to a broker: for OAUTHBEARER a token, else a password. */
export type Secret =
  { readonly username: string; readonly password: string } | { readonly token: string };

/** Credentials that may be others at each connection. */
export interface Credentials {
  readonly mechanism: Mechanism;
  /**
   * Called for each connection, and again ten seconds before its session ends (KIP-368).
   *
   * @param present shows a secret to the broker; it throws AuthenticationError when the broker does not take it
   */
  authenticate(present: (secret: Secret) => Promise<void>): Promise<void>;
}
