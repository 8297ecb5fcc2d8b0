/** Of the names of all our metrics. */
export const METRIC_PREFIX = 'login_pipeline_';
