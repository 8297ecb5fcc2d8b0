export type Theme = 'light' | 'dark';

const KEY = 'theme';

/** What the visitor chose here before; undefined to follow the system. */
export function chosenTheme(): Theme | undefined {
  try {
    const chosen = localStorage.getItem(KEY);
    return chosen === 'light' || chosen === 'dark' ? chosen : undefined;
  } catch {
    // A browser that blocks storage has nothing to remember with.
    return undefined;
  }
}

/** Shows a theme; the style sheet follows the system when there is none. */
export function showTheme(theme: Theme | undefined): void {
  if (theme !== undefined) document.documentElement.dataset['theme'] = theme;
}

/** Shows a theme from now on. */
export function chooseTheme(theme: Theme): void {
  showTheme(theme);
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It holds until the page is left.
  }
}
