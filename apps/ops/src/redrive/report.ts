import type { RedriveReport } from '@login-pipeline/nest-streams/operations';
import type { Selection } from './arguments.ts';

const DAY_MS = 86_400_000;

/** @returns what a redrive did, in sentences */
export function reportLines(
  topic: string,
  { dryRun, limit, maxRedrives }: Pick<Selection, 'dryRun' | 'limit' | 'maxRedrives'>,
  { reasons, topics, foreign, partial }: RedriveReport,
): readonly string[] {
  const lines: string[] = [];
  const would = dryRun ? 'would be ' : '';
  for (const [reason, { redriven, tooOften }] of [...reasons].sort()) {
    const left = tooOften === 0 ? '' : `, ${tooOften} left (came back ${maxRedrives} times)`;
    lines.push(`${reason}: ${redriven} ${would}redriven${left}`);
  }
  const total = [...topics.values()].reduce((sum, count) => sum + count, 0);
  const to = [...topics].map(([name, count]) => `${count} to ${name}`).join(', ');
  if (foreign > 0)
    lines.push(`${foreign} of other programs left: no header says where they belong`);
  if (partial > 0) {
    lines.push(`${partial} left that are not whole: their headers say where the whole record is`);
  }
  lines.push(
    total === 0
      ? `nothing to redrive in ${topic}`
      : `${total} ${total === 1 ? 'record' : 'records'} ${would}redriven from ${topic}: ${to}`,
  );
  if (total === limit) lines.push('stopped at --limit: run it again for more');
  if (dryRun) lines.push('this was a dry run: nothing was written');
  return lines;
}

/** @returns what an operator has to know before records come back that are older than their topic keeps */
export function retentionLine(topic: string, retentionMs: number): string {
  const days = (retentionMs / DAY_MS).toFixed(1).replace(/\.0$/, '');
  return (
    `warning: ${topic} keeps records for ${days} days by their own time, and some of these are older: ` +
    'they may be deleted before they are processed. Raise its retention.ms until they are'
  );
}
