import { chosenTheme, showTheme } from './theme.ts';

// Runs before the first paint, so that a dark page does not flash white.
showTheme(chosenTheme());
