import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DEPLOY, prometheusFiles } from '../files.ts';
import { hasPrometheus, runProgram } from './programs.ts';
import type { Program } from './programs.ts';

(hasPrometheus() ? describe : describe.skip)('What Prometheus and Alertmanager run with', () => {
  it.each<[string, Program, readonly string[]]>([
    ['rules', 'promtool', ['check', 'rules', ...prometheusFiles('rules')]],
    ['rules, under their unit tests', 'promtool', ['test', 'rules', ...prometheusFiles('tests')]],
    [
      'configuration of Prometheus',
      'promtool',
      ['check', 'config', join(DEPLOY, 'prometheus', 'prometheus.yml')],
    ],
    [
      'configuration of Alertmanager',
      'amtool',
      ['check-config', join(DEPLOY, 'alertmanager', 'alertmanager.yml')],
    ],
  ])('is found right: %s', async (_, program, args) => {
    const { status, output } = await runProgram(program, args);
    expect(output).not.toContain('FAILED');
    expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});
