import { runCommand, say, stopRequested } from '@login-pipeline/command';
import { alertRules } from '@login-pipeline/monitoring';
import { drill } from './drill.ts';

const HELP = `npm run drill

Runs brokers, services, exporter, Prometheus and Alertmanager on this machine, with the alert rules sixty times faster than in
operation, and provokes every fault that an alert is about. Exits with 1 when an alert does not arrive, comes without a
fault, or a panel of a dashboard shows nothing. Needs Prometheus and Alertmanager (Debian: prometheus, prometheus-alertmanager).
`;

await runCommand(async () => {
  if (process.argv.includes('--help')) {
    process.stdout.write(HELP);
    return 0;
  }
  return Promise.race([stopRequested().then(() => 130), run()]);
});

async function run(): Promise<number> {
  const began = performance.now();
  const { arrived, falseAlarms, emptyPanels, scrapes } = await drill(say);
  for (const { app, series, ms } of scrapes)
    say(`${app}: ${series} series, scraped in ${ms.toFixed(1)} ms`);
  const missing = alertRules().filter(({ alert }) => arrived.get(alert) === undefined);
  const seconds = (performance.now() - began) / 1_000;
  say(
    `${arrived.size - missing.length} of ${alertRules().length} alerts arrived, in ${seconds.toFixed(0)} s`,
  );
  return missing.length + falseAlarms.length + emptyPanels.length === 0 ? 0 : 1;
}
