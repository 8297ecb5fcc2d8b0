/** A Markdown table: cells by row, the header first. */
export type Table = readonly (readonly string[])[];

/**
 * @param name the tables stand between the lines `<!-- name -->` and `<!-- /name -->`
 * @returns the document with these tables in place of those that it has there
 */
export function withTables(document: string, name: string, tables: readonly Table[]): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The document lacks the markers ${start} and ${end}`);
  const text = tables.map(markdownTable).join('\n\n');
  return `${document.slice(0, from + start.length)}\n\n${text}\n\n${document.slice(to)}`;
}

/** @returns the table as prettier would lay it out; a rule of dashes under the header */
export function markdownTable([header = [], ...rows]: Table): string {
  const escaped = [header, header.map(() => ''), ...rows].map((row) =>
    row.map((cell) => cell.replaceAll('|', '\\|')),
  );
  const widths = header.map((_, column) =>
    Math.max(3, ...escaped.map((row) => row[column]?.length ?? 0)),
  );
  return escaped
    .map((row, index) => {
      const cells = widths.map((width, column) =>
        (row[column] ?? '').padEnd(width, index === 1 ? '-' : ' '),
      );
      return `| ${cells.join(' | ')} |`;
    })
    .join('\n');
}
