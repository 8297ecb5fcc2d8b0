import type { Login, ProcessedLogin } from './login.ts';
import { LOGIN_MEMBERS, MARK_MEMBERS, MAX_TEXT } from './members.ts';
import type { Kind, Member, Members } from './members.ts';
import {
  endOfDecimal,
  endOfIp,
  endOfString,
  endOfUuid,
  endOfWord,
  NONE,
  skipSpace,
} from './plain-text.ts';
import { TextCache } from './text-cache.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Longer texts are mostly members of others, which JSON.parse passes over faster than a loop. */
const MAX_BYTES = 1_024;
/** A start and an end within so many bytes fit into one small integer. */
const POSITION_BITS = 11;
const POSITION = (1 << POSITION_BITS) - 1;

/** A member of the contract, as it is found in a text. */
interface Known {
  readonly index: number;
  readonly bit: number;
  readonly kind: Kind;
  /** With the quote that ends it. */
  readonly name: Uint8Array;
  /** Another one whose name begins with the same byte. */
  readonly next: Known | undefined;
}

const MEMBERS: Members = { ...LOGIN_MEMBERS, ...MARK_MEMBERS };
const MARKS = bitsOf(({ kind }) => kind === 'mark');
/** Of any login. */
const REQUIRED = bitsOf(({ kind, optional }) => kind !== 'mark' && optional !== true);

/** By the first byte of their names. */
const KNOWN = knownByFirstByte();
/** A name longer than any text here, so that none begins with it. */
const OTHER: Known = {
  ...{ index: NONE, bit: 0, kind: 'mark', next: undefined },
  name: new Uint8Array(MAX_BYTES + 1),
};

const TRUE = Buffer.from('true');
const WORDS = [TRUE, Buffer.from('false'), Buffer.from('null')];

const texts = new TextCache();
const NO_SPANS = Object.keys(MEMBERS).map(() => 0);

/** What makes the value of a member from its bytes. */
const READERS: Readonly<Record<Kind, (text: Buffer, start: number, end: number) => unknown>> = {
  uuid: latin1,
  text: (text, start, end) => texts.read(text, start, end),
  ip: latin1,
  time: (text, start, end) => {
    const digits = latin1(text, start, end);
    return text[start - 1] === QUOTE ? digits : Number(digits);
  },
  mark: () => true,
};

/**
 * A valid login as positions in its text: each member of the contract has a getter, which makes it
 * when it is asked for. Members that the contract does not know are in the text alone.
 */
class PlainLogin {
  readonly #text: Buffer;
  /** Where each member starts and ends; 0: it is not there. */
  readonly #spans = NO_SPANS.slice();

  static {
    Object.entries<Member>(LOGIN_MEMBERS).forEach(([name, { kind }], index) => {
      Object.defineProperty(this.prototype, name, { get: PlainLogin.#getter(kind, index) });
    });
  }

  constructor(text: Buffer) {
    this.#text = text;
  }

  static #getter(kind: Kind, index: number): (this: PlainLogin) => unknown {
    const read = READERS[kind];
    return function () {
      const span = this.#spans[index] ?? 0;
      return span === 0 ? undefined : read(this.#text, span >> POSITION_BITS, span & POSITION);
    };
  }

  /** Reads the text. @returns whether all of it is plain and it holds these members, each once and valid */
  holds(members: number): boolean {
    const text = this.#text;
    const { length } = text;
    let found = 0;
    let at = skipSpace(text, 0);
    if (at === length || text[at] !== OPEN) return false;
    do {
      const start = skipSpace(text, at + 1) + 1;
      if (start >= length || text[start - 1] !== QUOTE) return false;
      let known = KNOWN[text[start] ?? 0] ?? OTHER;
      let nameEnd = endOfWord(text, start, known.name);
      while (nameEnd === NONE && known.next !== undefined) {
        known = known.next;
        nameEnd = endOfWord(text, start, known.name);
      }
      const isKnown = nameEnd !== NONE;
      if (isKnown && (found & known.bit) !== 0) return false;
      const value = isKnown ? valueAfter(text, nameEnd) : valueAfterOther(text, start);
      if (value === NONE) return false;
      if (isKnown) found |= known.bit;
      at = isKnown ? this.#read(known, value) : endOfOther(text, value);
      if (at === NONE) return false;
      at = skipSpace(text, at);
    } while (at < length && text[at] === COMMA);
    const isWhole = at < length && text[at] === CLOSE && skipSpace(text, at + 1) === length;
    return isWhole && (found & (REQUIRED | MARKS)) === members;
  }

  /** @returns where the value of a member ends that starts there, or NONE when it is not valid */
  #read({ kind, index }: Known, start: number): number {
    const text = this.#text;
    if (text[start] === QUOTE) {
      const end = endOfText(kind, text, start + 1);
      if (end === NONE || end >= text.length || text[end] !== QUOTE) return NONE;
      this.#spans[index] = ((start + 1) << POSITION_BITS) | end;
      return end + 1;
    }
    const end = endOfBare(kind, text, start);
    this.#spans[index] = (start << POSITION_BITS) | end;
    return end;
  }
}

class PlainProcessedLogin extends PlainLogin {
  readonly processed = true;
}

/**
 * Reads a login without parsing its text, when that is plain: ASCII without escapes, each member of
 * the contract once, no member nested, and numbers that are decimals. What it returns is what
 * parsing would give. What it does not return may be valid all the same: it never refuses, so no
 * fault can hide from it.
 */
export function plainLogin(text: Buffer): Login | undefined {
  if (text.length > MAX_BYTES) return undefined;
  const login = new PlainLogin(text);
  return login.holds(REQUIRED) ? (login as object as Login) : undefined;
}

/** Like {@link plainLogin}, for processed logins. */
export function plainProcessedLogin(text: Buffer): ProcessedLogin | undefined {
  if (text.length > MAX_BYTES) return undefined;
  const login = new PlainProcessedLogin(text);
  return login.holds(REQUIRED | MARKS) ? (login as object as ProcessedLogin) : undefined;
}

function latin1(text: Buffer, start: number, end: number): string {
  return text.toString('latin1', start, end);
}

/** @returns the bits of the members for which that is so */
function bitsOf(isMeant: (member: Member) => boolean): number {
  return Object.values(MEMBERS).reduce(
    (bits, member, index) => (isMeant(member) ? bits | (1 << index) : bits),
    0,
  );
}

function knownByFirstByte(): readonly (Known | undefined)[] {
  const known = new Array<Known | undefined>(256).fill(undefined);
  Object.entries(MEMBERS).forEach(([name, { kind }], index) => {
    const first = name.charCodeAt(0);
    const bytes = Buffer.from(`${name}"`);
    known[first] = { index, bit: 1 << index, kind, name: bytes, next: known[first] };
  });
  return known;
}

/** @returns where the value of a member ends that stands in quotes: at the second one, or nowhere */
function endOfText(kind: Kind, text: Buffer, start: number): number {
  switch (kind) {
    case 'uuid':
      return endOfUuid(text, start);
    case 'text':
      return endOfShortText(text, start);
    case 'ip':
      return endOfIp(text, start);
    case 'time':
      return endOfDecimal(text, start);
    case 'mark':
      return NONE;
  }
}

function endOfBare(kind: Kind, text: Buffer, start: number): number {
  if (kind === 'time') return endOfDecimal(text, start);
  return kind === 'mark' ? endOfWord(text, start, TRUE) : NONE;
}

/** @returns where the value starts of a member whose name ends there, or NONE */
function valueAfter(text: Buffer, nameEnd: number): number {
  const colon = skipSpace(text, nameEnd);
  if (colon >= text.length || text[colon] !== COLON) return NONE;
  const value = skipSpace(text, colon + 1);
  return value < text.length ? value : NONE;
}

function valueAfterOther(text: Buffer, nameStart: number): number {
  const quote = endOfString(text, nameStart);
  return quote === NONE ? NONE : valueAfter(text, quote + 1);
}

function endOfShortText(text: Buffer, start: number): number {
  const end = endOfString(text, start);
  return end > start && end - start <= MAX_TEXT ? end : NONE;
}

/** @returns where a value of a member ends that the contract does not know, or NONE when it is nested or not plain */
function endOfOther(text: Buffer, start: number): number {
  if (text[start] === QUOTE) {
    const end = endOfString(text, start + 1);
    return end === NONE ? NONE : end + 1;
  }
  for (const word of WORDS) {
    const end = endOfWord(text, start, word);
    if (end !== NONE) return end;
  }
  return endOfDecimal(text, start);
}
