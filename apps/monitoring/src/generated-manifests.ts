import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const RULES = 'deploy/prometheus/rules';
const GRAFANA = 'deploy/grafana';
const WRITTEN = '# Written by `npm run generate`.';

/** @returns what Kubernetes needs of the alert rules and dashboards, by path from the root of the repository */
export function generatedManifests(root: string): Readonly<Record<string, string>> {
  return {
    'deploy/kubernetes/components/monitoring/prometheus-rules.yaml': prometheusRules(root),
    [`${GRAFANA}/kustomization.yaml`]: dashboards(root),
  };
}

/** One PrometheusRule per file of rules, whose text stays as it is. */
function prometheusRules(root: string): string {
  const files = readdirSync(join(root, RULES)).sort();
  const documents = files.map((file) => {
    const rules = readFileSync(join(root, RULES, file), 'utf8').trimEnd();
    return [
      'apiVersion: monitoring.coreos.com/v1',
      'kind: PrometheusRule',
      'metadata:',
      `  name: login-pipeline-${file.replace(/\.ya?ml$/, '')}`,
      'spec:',
      ...rules.split('\n').map((line) => (line === '' ? '' : `  ${line}`)),
    ].join('\n');
  });
  return `${WRITTEN}\n${documents.join('\n---\n')}\n`;
}

/** One ConfigMap per dashboard, with the label that Grafana's sidecar looks for. */
function dashboards(root: string): string {
  const files = readdirSync(join(root, GRAFANA, 'dashboards')).sort();
  return `${WRITTEN}
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
generatorOptions:
  # A name with a digest would leave the old dashboard beside the new one.
  disableNameSuffixHash: true
  labels: { grafana_dashboard: '1' }
configMapGenerator:
${files.map((file) => `  - name: dashboard-${file.replace(/\.json$/, '')}\n    files: [dashboards/${file}]\n`).join('')}`;
}
