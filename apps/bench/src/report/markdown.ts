import { column, FIGURES } from '../series.ts';
import type { FigureName, Series, SuiteResult } from '../series.ts';
import { pairedRatio, summarize } from '../statistics.ts';
import type { Summary } from '../statistics.ts';
import { SUITES } from '../suites.ts';

const OURS = 'login-pipeline';
const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[];

/** @returns a section with the suite's figures, median (least to greatest), and how we compare with the peers */
export function suiteSection({ suite, surroundings, series }: SuiteResult): string {
  const title = isSuite(suite) ? SUITES[suite].title : suite;
  const { processor, cores, memoryGb, node, loadBefore } = surroundings;
  const rounds = Math.max(...series.map((each) => each.rounds.length));
  const ratios = ratioTable(series);
  return [
    `### ${title}`,
    `Suite \`${suite}\`, ${rounds} rounds: median (least to greatest). ${processor}, ${cores} cores, ${memoryGb} GB, Node ${node}; load average before: ${loadBefore}.`,
    figureTable(series),
    ...(ratios === undefined ? [] : ['Ours divided by theirs, pair by pair:', ratios]),
  ].join('\n\n');
}

function figureTable(series: readonly Series[]): string {
  const names = FIGURE_NAMES.filter((name) => series.some((each) => column(each, name).length > 0));
  return table(
    ['what', 'by', ...names.map((name) => FIGURES[name].title)],
    series.map((each) => [
      each.point,
      each.contender,
      ...names.map((name) => {
        const figures = column(each, name);
        return figures.length === 0 ? '' : spread(summarize(figures), FIGURES[name].digits);
      }),
    ]),
  );
}

function ratioTable(series: readonly Series[]): string | undefined {
  const rows = series
    .filter(({ contender }) => contender !== OURS)
    .flatMap((theirs) => {
      const ours = series.find(
        ({ point, contender }) => point === theirs.point && contender === OURS,
      );
      if (ours === undefined) return [];
      return FIGURE_NAMES.flatMap((name) => {
        const ratio = pairedRatio(
          ours.rounds.map((figures) => figures[name]),
          theirs.rounds.map((figures) => figures[name]),
        );
        if (ratio === undefined) return [];
        return [[theirs.point, theirs.contender, FIGURES[name].title, spread(ratio, 2)]];
      });
    });
  return rows.length === 0 ? undefined : table(['what', 'against', 'figure', 'ratio'], rows);
}

function spread({ min, median, max }: Summary, digits: number): string {
  const [middle, least, greatest] = [median, min, max].map((figure) =>
    figure.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  return least === greatest ? `${middle}` : `${middle} (${least} to ${greatest})`;
}

/** @returns a table of Markdown; all but the first two columns are aligned to the right */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index < 2 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

function isSuite(name: string): name is keyof typeof SUITES {
  return Object.hasOwn(SUITES, name);
}
