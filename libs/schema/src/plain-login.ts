import type { Login, ProcessedLogin } from './login.ts';
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
const MAX_TEXT = 64;
const UUID_BYTES = 36;

/** The members of the contract, a bit each. */
const USER_ID = 1;
const APP_VERSION = 2;
const DEVICE_TYPE = 4;
const IP = 8;
const LOCALE = 16;
const TIMESTAMP = 32;
const PROCESSED = 64;
const OF_LOGIN = USER_ID | APP_VERSION | DEVICE_TYPE | IP | LOCALE | TIMESTAMP;

interface Member {
  readonly bit: number;
  /** With the quote that ends it. */
  readonly name: Uint8Array;
}

/** A name longer than any text here, so that none begins with it. */
const OTHER: Member = { bit: 0, name: new Uint8Array(MAX_BYTES + 1) };

/** By the first byte of their names, in which no two are alike. */
const MEMBERS = memberTable({
  user_id: USER_ID,
  app_version: APP_VERSION,
  device_type: DEVICE_TYPE,
  ip: IP,
  locale: LOCALE,
  timestamp: TIMESTAMP,
  processed: PROCESSED,
});

const TRUE = Buffer.from('true');
const WORDS = [TRUE, Buffer.from('false'), Buffer.from('null')];

const texts = new TextCache();

/**
 * A valid login as positions in its text: a member is made when it is asked for. Members that the
 * contract does not know are in the text alone.
 */
class PlainLogin implements Login {
  readonly #text: Buffer;
  #userId = 0;
  #appVersion = 0;
  #appVersionEnd = 0;
  #deviceType = 0;
  #deviceTypeEnd = 0;
  #ip = 0;
  #ipEnd = 0;
  #locale = 0;
  #localeEnd = 0;
  #timestamp = 0;
  #timestampEnd = 0;

  constructor(text: Buffer) {
    this.#text = text;
  }

  get user_id(): string {
    return this.#text.toString('latin1', this.#userId, this.#userId + UUID_BYTES);
  }

  get app_version(): string {
    return texts.read(this.#text, this.#appVersion, this.#appVersionEnd);
  }

  get device_type(): string {
    return texts.read(this.#text, this.#deviceType, this.#deviceTypeEnd);
  }

  get ip(): string {
    return this.#text.toString('latin1', this.#ip, this.#ipEnd);
  }

  get locale(): string {
    return texts.read(this.#text, this.#locale, this.#localeEnd);
  }

  get timestamp(): string | number {
    const digits = this.#text.toString('latin1', this.#timestamp, this.#timestampEnd);
    return this.#text[this.#timestamp - 1] === QUOTE ? digits : Number(digits);
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
      const { bit, name } = MEMBERS[text[start] ?? 0] ?? OTHER;
      const isKnown = endOfWord(text, start, name) !== NONE;
      if (isKnown && (found & bit) !== 0) return false;
      const value = isKnown ? valueAfter(text, start + name.length) : valueAfterOther(text, start);
      if (value === NONE) return false;
      if (isKnown) found |= bit;
      at = isKnown ? this.#read(bit, value) : endOfOther(text, value);
      if (at === NONE) return false;
      at = skipSpace(text, at);
    } while (at < length && text[at] === COMMA);
    const isWhole = at < length && text[at] === CLOSE && skipSpace(text, at + 1) === length;
    return isWhole && found === members;
  }

  /** @returns where the value of a member ends that starts there, or NONE when it is not valid */
  #read(bit: number, start: number): number {
    const text = this.#text;
    if (text[start] === QUOTE) {
      const end = this.#readString(bit, start + 1);
      return end !== NONE && end < text.length && text[end] === QUOTE ? end + 1 : NONE;
    }
    if (bit === PROCESSED) return endOfWord(text, start, TRUE);
    if (bit !== TIMESTAMP) return NONE;
    this.#timestamp = start;
    return (this.#timestampEnd = endOfDecimal(text, start));
  }

  #readString(bit: number, start: number): number {
    const text = this.#text;
    switch (bit) {
      case USER_ID:
        this.#userId = start;
        return endOfUuid(text, start);
      case APP_VERSION:
        this.#appVersion = start;
        return (this.#appVersionEnd = endOfShortText(text, start));
      case DEVICE_TYPE:
        this.#deviceType = start;
        return (this.#deviceTypeEnd = endOfShortText(text, start));
      case IP:
        this.#ip = start;
        return (this.#ipEnd = endOfIp(text, start));
      case LOCALE:
        this.#locale = start;
        return (this.#localeEnd = endOfShortText(text, start));
      case TIMESTAMP:
        this.#timestamp = start;
        return (this.#timestampEnd = endOfDecimal(text, start));
      default:
        return NONE;
    }
  }
}

class PlainProcessedLogin extends PlainLogin implements ProcessedLogin {
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
  return login.holds(OF_LOGIN) ? login : undefined;
}

/** Like {@link plainLogin}, for processed logins. */
export function plainProcessedLogin(text: Buffer): ProcessedLogin | undefined {
  if (text.length > MAX_BYTES) return undefined;
  const login = new PlainProcessedLogin(text);
  return login.holds(OF_LOGIN | PROCESSED) ? login : undefined;
}

function memberTable(bits: Readonly<Record<string, number>>): readonly Member[] {
  const members = Array.from({ length: 256 }, () => OTHER);
  for (const [name, bit] of Object.entries(bits)) {
    members[name.charCodeAt(0)] = { bit, name: Buffer.from(`${name}"`) };
  }
  return members;
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
