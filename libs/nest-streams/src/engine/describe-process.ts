/** @returns for how long the process runs, what it takes, and what keeps it alive */
export function describeProcess(): Readonly<Record<string, unknown>> {
  return {
    uptimeSeconds: Math.round(process.uptime()),
    memory: process.memoryUsage(),
    resources: countOf(process.getActiveResourcesInfo()),
  };
}

function countOf(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
