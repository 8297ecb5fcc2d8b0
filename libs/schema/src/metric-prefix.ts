/** Of the names of all metrics of the pipeline. */
export const METRIC_PREFIX = 'login_pipeline_';
