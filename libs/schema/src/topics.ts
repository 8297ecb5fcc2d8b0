/** The pipeline's topics by role, with their default names. Settings may rename them. */
export const TOPICS = {
  /** Raw logins, as the sources write them. */
  userLogin: 'user-login',
  /** Logins that passed validation and filter, marked as processed. */
  processedUserLogin: 'processed-user-login',
  /** Records that are no valid logins, untouched, with the reason in their headers. */
  deadLetter: 'user-login.dead-letter',
  /** Compacted: the aggregator's snapshots, one per input partition. */
  loginInsights: 'login-insights',
  /** Compacted: the insights' counts, for sinks. */
  loginInsightCounts: 'login-insight-counts',
  /** Compacted: the newest login of each user. */
  userLastLogin: 'user-last-login',
} as const;
