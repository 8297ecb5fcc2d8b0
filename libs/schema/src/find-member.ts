/**
 * Finds the value of an object's own member, not those of nested objects; of duplicates the last
 * one, as JSON.parse does.
 *
 * @param json a valid JSON object that has the member: the scan looks for no faults
 * @param name in ASCII; the text may spell it with escapes
 * @returns where the value starts and where it ends
 */
export function findMemberValue(json: string, name: string): readonly [start: number, end: number] {
  const plainKey = JSON.stringify(name);
  let found: readonly [number, number] = [0, 0];
  let position = json.indexOf('{');
  while (json[position] !== '}') {
    const keyStart = json.indexOf('"', position);
    const keyEnd = endOfString(json, keyStart);
    const start = skipSpace(json, json.indexOf(':', keyEnd) + 1);
    const end = endOfValue(json, start);
    const key = json.slice(keyStart, keyEnd);
    if (key === plainKey || (key.includes('\\') && JSON.parse(key) === name)) found = [start, end];
    position = skipSpace(json, end);
  }
  return found;
}

/** Outside of strings, JSON has white space and nothing else up to U+0020. */
function skipSpace(json: string, start: number): number {
  let position = start;
  while (json.charCodeAt(position) <= 0x20) position += 1;
  return position;
}

/** @returns the position after the member's value that starts at `start` */
function endOfValue(json: string, start: number): number {
  const first = json.charAt(start);
  if (first === '"') return endOfString(json, start);
  if (first === '{' || first === '[') return endOfNested(json, start);
  let end = start;
  while (!',} \t\r\n'.includes(json.charAt(end))) end += 1;
  return end;
}

/** @returns the position after the object or array that starts at `start`; it counts, so no depth is too deep */
function endOfNested(json: string, start: number): number {
  let position = start;
  let depth = 0;
  do {
    const character = json[position];
    if (character === '"') position = endOfString(json, position) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    position += 1;
  } while (depth > 0);
  return position;
}

/** @returns the position after the string whose opening quote is at `start` */
function endOfString(json: string, start: number): number {
  let position = start + 1;
  while (json[position] !== '"') position += json[position] === '\\' ? 2 : 1;
  return position + 1;
}
