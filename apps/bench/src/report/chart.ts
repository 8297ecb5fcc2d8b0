/** A bar and the least and greatest figure behind its median. */
export interface Bar {
  readonly label: string;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** Drawn in the colour of what the chart is about. */
  readonly ours: boolean;
}

/** Bars of one unit under a heading. */
export interface BarGroup {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 760;
const LABEL_WIDTH = 190;
const FIGURE_WIDTH = 150;
const BAR_WIDTH = WIDTH - LABEL_WIDTH - FIGURE_WIDTH;
const ROW = 26;
const HEADING = 44;
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .heading { font-weight: 600; font-size: 14px; }
  .figure { font-variant-numeric: tabular-nums; }
  .ours { fill: #0969da; }
  .peer { fill: #8c959f; }
  .spread { stroke: #1f2328; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .ours { fill: #4493f8; }
    .peer { fill: #6e7681; }
    .spread { stroke: #e6edf3; }
  }
`;

/**
 * Draws groups of horizontal bars, each group on a scale of its own that begins at zero; a thin line spans the least to
 * the greatest figure. The figures stand beside the bars, so nothing depends on colour or on measuring.
 *
 * @returns an SVG document that follows the reader's light or dark theme
 */
export function barChart(title: string, groups: readonly BarGroup[]): string {
  let y = 8;
  const parts: string[] = [];
  for (const group of groups) {
    parts.push(text(0, y + 24, `${group.title}, ${group.unit}`, 'heading'));
    y += HEADING;
    const longest = Math.max(...group.bars.map(({ max }) => max), Number.MIN_VALUE);
    for (const bar of group.bars) {
      parts.push(drawBar(bar, y, BAR_WIDTH / longest));
      y += ROW;
    }
  }
  const height = y + 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(title)}">
<title>${escape(title)}</title>
<style>${STYLE}</style>
${parts.join('\n')}
</svg>
`;
}

function drawBar({ label, min, median, max, ours }: Bar, y: number, scale: number): string {
  const x = (figure: number) => round(LABEL_WIDTH + figure * scale);
  const middle = y + 9;
  return [
    text(0, y + 14, label),
    `<rect class="${ours ? 'ours' : 'peer'}" x="${LABEL_WIDTH}" y="${y}" width="${round(median * scale)}" height="18" rx="2"/>`,
    `<line class="spread" x1="${x(min)}" x2="${x(max)}" y1="${middle}" y2="${middle}"/>`,
    text(round(x(max) + 8), y + 14, figureText(median), 'figure'),
  ].join('\n');
}

function text(x: number, y: number, content: string, style?: string): string {
  const attribute = style === undefined ? '' : ` class="${style}"`;
  return `<text${attribute} x="${x}" y="${y}">${escape(content)}</text>`;
}

/** Three digits that count, without a decimal part from 100 on. */
function figureText(figure: number): string {
  return figure.toLocaleString('en', {
    maximumFractionDigits: figure >= 100 ? 0 : 3,
    maximumSignificantDigits: 3,
  });
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function escape(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
