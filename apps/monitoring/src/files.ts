import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { format } from 'prettier';
import { parse } from 'yaml';
import { grafanaDashboards } from './dashboards/index.ts';
import type { Runbook } from './dashboards/index.ts';
import { metricsPage } from './metrics-page.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
export const DEPLOY = join(ROOT, 'deploy');
const RUNBOOKS_DIR = join(ROOT, 'docs', 'runbooks');

/** An alert rule as its file has it. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly AlertRule[] }[];
}

/** @returns the paths of the rule files, or of their unit tests */
export function prometheusFiles(folder: 'rules' | 'tests'): readonly string[] {
  const path = join(DEPLOY, 'prometheus', folder);
  return readdirSync(path)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => join(path, name));
}

export function alertRules(): readonly AlertRule[] {
  return prometheusFiles('rules').flatMap((file) => {
    const { groups } = parse(readFileSync(file, 'utf8')) as RuleFile;
    return groups.flatMap(({ rules }) => rules);
  });
}

/** @returns the runbooks in the order of their names */
export function runbooks(): readonly Runbook[] {
  return readdirSync(RUNBOOKS_DIR)
    .toSorted()
    .map((name) => ({
      alert: basename(name, '.md'),
      text: readFileSync(join(RUNBOOKS_DIR, name), 'utf8'),
    }));
}

/** @returns the files that are made from code, by path, as they have to be */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const add = async (path: string, content: string): Promise<void> => {
    const filepath = join(ROOT, path);
    files.set(filepath, await format(content, { filepath, singleQuote: true, printWidth: 100 }));
  };
  await add('docs/metrics.md', metricsPage());
  for (const dashboard of grafanaDashboards(runbooks())) {
    await add(`deploy/grafana/dashboards/${dashboard.uid ?? ''}.json`, JSON.stringify(dashboard));
  }
  return files;
}
