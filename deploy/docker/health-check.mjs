// The image's health check: it has no shell and no curl. Ends with 0 when the service is ready, else with 1.
const url = `http://127.0.0.1:${process.env.HTTP_PORT}/health/ready`;
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(4000) });
  if (!answer.ok) console.error(await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.error(`${url}: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
