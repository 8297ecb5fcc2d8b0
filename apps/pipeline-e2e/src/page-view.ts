import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { waitFor } from './wait-for.ts';

const PICTURES = join(import.meta.dirname, '..', '..', '..', 'dist', 'screenshots');

/** Waits until the page is live and shows so many logins. */
export async function shows(page: Page, total: number, deadlineMs?: number): Promise<void> {
  await waitFor(
    `the page to show ${total}`,
    async () =>
      (await state(page)) === 'Live' && (await numberIn(page, '[data-figure=total]')) === total,
    deadlineMs,
  );
}

/** Waits until all cards of a period with so many logins are there. */
export async function showsAllOf(page: Page, total: number): Promise<void> {
  await shows(page, total);
  await waitFor('all cards', async () => {
    const cards = ['.traffic .plot', '.week table', '.users .strip', '.versions tbody tr'];
    const counts = await Promise.all(cards.map((card) => page.locator(card).count()));
    const waits = await page.getByText('Not known yet.').count();
    return counts.every((count) => count > 0) && waits === 0;
  });
}

/** Keeps what the page looks like, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Chooses a period by its name, and waits until all cards show it. */
export async function choosePeriod(page: Page, name: string): Promise<void> {
  await page.getByRole('radio', { name }).check();
  await showsPeriod(page, name);
}

/** Waits until all cards show the chosen period, whose line says this. */
export async function showsPeriod(page: Page, line: string): Promise<void> {
  await waitFor(
    `the cards to show ${line}`,
    async () =>
      (await page.locator('.line', { hasText: line }).count()) === 1 &&
      (await page.locator('[aria-busy=true]').count()) === 0,
  );
}

/** @returns what the page calls its connection */
export async function state(page: Page): Promise<string | undefined> {
  return (await page.locator('.state').allTextContents())[0];
}

/** @returns the number that an element shows; undefined when there is no such element */
export async function numberIn(page: Page, selector: string): Promise<number | undefined> {
  const [text] = await page.locator(selector).allTextContents();
  return text === undefined ? undefined : numberOf(text);
}

/** @returns the counts of a card's table by the first word of each row */
export async function rows(page: Page, card: string): Promise<Record<string, number>> {
  const texts = await Promise.all(
    (await page.locator(`${card} tbody tr:not(.rest)`).all()).map((row) =>
      Promise.all([
        row.locator('th').textContent(),
        row.locator('td:not(.share):not(.trend)').textContent(),
      ]),
    ),
  );
  return Object.fromEntries(
    texts.map(([name, count]) => [name?.split(' ', 1)[0] ?? '', numberOf(count ?? '')]),
  );
}

function numberOf(text: string): number {
  return Number(text.replaceAll(',', ''));
}

/** @returns rule and place of each fault that axe finds, best practices included */
export async function axeFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>(
    // Else each element that passes is described, too, which takes as long as all the rules.
    "axe.run({ resultTypes: ['violations'] })",
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
