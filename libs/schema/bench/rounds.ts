const ROUNDS = 9;
const MS_PER_ROUND = 150;

/** One thing to measure; a run handles `records` records. */
export interface Subject {
  readonly run: () => unknown;
  readonly records: number;
}

/**
 * Runs the subjects in turns, so that a noisy neighbour hits all of them, and prints a Markdown table of ns per record.
 * The first round warms up and does not count.
 */
export function printRounds(subjects: Readonly<Record<string, Subject>>): void {
  const results = new Map(Object.keys(subjects).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, subject] of Object.entries(subjects)) {
      const ns = measure(subject);
      if (round > 0) results.get(name)?.push(ns);
    }
  }
  const rows = [...results].map(([name, ns]) => {
    const sorted = ns.sort((a, b) => a - b);
    const [min, median, max] = [0, ROUNDS >> 1, ROUNDS - 1].map((i) => sorted[i]?.toFixed(0));
    return `| ${name} | ${String(min)} | ${String(median)} | ${String(max)} |`;
  });
  process.stdout.write(
    ['| ns per record | min | median | max |', '| --- | --: | --: | --: |', ...rows, ''].join('\n'),
  );
}

function measure({ run, records }: Subject): number {
  const start = process.hrtime.bigint();
  const end = start + BigInt(MS_PER_ROUND) * 1_000_000n;
  let runs = 0;
  let now = start;
  while (now < end) {
    run();
    runs += 1;
    now = process.hrtime.bigint();
  }
  return Number(now - start) / (runs * records);
}
