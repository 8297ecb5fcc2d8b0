/** Tells what a test has measured, when TEST_TIMES is set. */
export function report(what: string, milliseconds: number): void {
  if (process.env['TEST_TIMES'] === undefined) return;
  process.stdout.write(`${what}: ${milliseconds} ms\n`);
}
