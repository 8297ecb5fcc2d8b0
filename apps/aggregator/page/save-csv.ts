const TIMEOUT_MS = 30_000;
const CSV = 'text/csv';

/**
 * Asks for a route's rows as CSV and has the browser save them as a file.
 *
 * @returns whether the server has answered with rows
 */
export async function saveCsv(url: URL, name: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { headers: { accept: CSV }, cache: 'no-store', signal });
    const isCsv = response.headers.get('content-type')?.startsWith(CSV) ?? false;
    if (!response.ok || !isCsv) return false;
    const address = URL.createObjectURL(await response.blob());
    const link = document.createElement('a');
    link.href = address;
    link.download = name;
    link.click();
    // The browser reads it after the click.
    setTimeout(() => {
      URL.revokeObjectURL(address);
    }, TIMEOUT_MS);
    return true;
  } catch {
    return false;
  }
}
