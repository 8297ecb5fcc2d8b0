export const INPUT = 'logins';
export const OUTPUT = 'processed';
export const DEAD_LETTERS = 'dead-letters';
