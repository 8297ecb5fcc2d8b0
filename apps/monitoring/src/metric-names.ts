/** Words of PromQL that stand where a metric's name could. */
const KEYWORDS = new Set(['and', 'or', 'unless', 'offset', 'bool', 'inf', 'nan']);

/** Quoted texts, label selectors, durations in brackets, and lists of label names: none of them holds a metric's name. */
const NOT_METRICS = [
  /"(?:[^"\\]|\\.)*"/g,
  /\{[^}]*\}/g,
  /\[[^\]]*\]/g,
  /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g,
  /\boffset\s+\w+/g,
];

/** @returns the names of the metrics that a PromQL expression reads */
export function metricsIn(expr: string): readonly string[] {
  const bare = NOT_METRICS.reduce((text, pattern) => text.replaceAll(pattern, ' '), expr);
  // A word before a parenthesis is a function or an aggregation, a digit in front makes it a number.
  const words = bare.match(/(?<![\w:.])[a-zA-Z_:][\w:]*(?!\w)(?!\s*\()/g) ?? [];
  return [...new Set(words)].filter((word) => !KEYWORDS.has(word.toLowerCase()));
}
