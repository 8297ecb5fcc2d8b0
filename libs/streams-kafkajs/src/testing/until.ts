const RETRY_FOR_MS = 60_000;
const PAUSE_MS = 10;

/** Asks until a condition holds. @throws Error naming what was waited for, after the deadline */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  retryForMs = RETRY_FOR_MS,
): Promise<void> {
  const end = Date.now() + retryForMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
