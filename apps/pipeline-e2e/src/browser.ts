import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

/** Where Chromium and its kin are usually installed; CHROMIUM names another place. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Nothing of its own may run beside the page; a container has no sandbox. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @returns whether there is a browser to test with; on CI there has to be one */
export function hasBrowser(): boolean {
  return process.env['CI'] === 'true' || browserPath() !== undefined;
}

/** Starts a browser without a window, with a profile of its own. */
export function startBrowser(): Promise<Browser> {
  const executablePath = browserPath();
  if (executablePath === undefined) {
    throw new Error('There is no Chromium: install it, or name its place in CHROMIUM.');
  }
  return chromium.launch({ executablePath, args: FLAGS });
}

function browserPath(): string | undefined {
  return [process.env['CHROMIUM'] ?? '', ...PLACES].find((path) => existsSync(path));
}

/** What a browser has to say about a page while it is open. */
export interface Watched {
  /** Errors and warnings of the console, violations of the content security policy among them. */
  readonly complaints: readonly string[];
  /** Addresses that were asked. */
  readonly hosts: ReadonlySet<string>;
}

/** Watches a page from its next navigation on. */
export function watch(page: Page): Watched {
  const complaints: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (entry) => {
    if (['error', 'warning'].includes(entry.type())) complaints.push(entry.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  return { complaints, hosts };
}
