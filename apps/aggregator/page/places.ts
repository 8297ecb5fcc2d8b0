/** US states and the District of Columbia by their postal codes. */
export const US_STATES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    AL: 'Alabama',
    AK: 'Alaska',
    AZ: 'Arizona',
    AR: 'Arkansas',
    CA: 'California',
    CO: 'Colorado',
    CT: 'Connecticut',
    DE: 'Delaware',
    DC: 'District of Columbia',
    FL: 'Florida',
    GA: 'Georgia',
    HI: 'Hawaii',
    ID: 'Idaho',
    IL: 'Illinois',
    IN: 'Indiana',
    IA: 'Iowa',
    KS: 'Kansas',
    KY: 'Kentucky',
    LA: 'Louisiana',
    ME: 'Maine',
    MD: 'Maryland',
    MA: 'Massachusetts',
    MI: 'Michigan',
    MN: 'Minnesota',
    MS: 'Mississippi',
    MO: 'Missouri',
    MT: 'Montana',
    NE: 'Nebraska',
    NV: 'Nevada',
    NH: 'New Hampshire',
    NJ: 'New Jersey',
    NM: 'New Mexico',
    NY: 'New York',
    NC: 'North Carolina',
    ND: 'North Dakota',
    OH: 'Ohio',
    OK: 'Oklahoma',
    OR: 'Oregon',
    PA: 'Pennsylvania',
    RI: 'Rhode Island',
    SC: 'South Carolina',
    SD: 'South Dakota',
    TN: 'Tennessee',
    TX: 'Texas',
    UT: 'Utah',
    VT: 'Vermont',
    VA: 'Virginia',
    WA: 'Washington',
    WV: 'West Virginia',
    WI: 'Wisconsin',
    WY: 'Wyoming',
  }),
);

const REGIONS = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/**
 * The name of a locale, if it has one: a US state before a country, as CA is California here; else a country by its
 * two letters (ISO 3166-1).
 */
export function placeName(locale: string): string | undefined {
  if (US_STATES.has(locale)) return US_STATES.get(locale);
  return /^[A-Z]{2}$/.test(locale) ? REGIONS.of(locale) : undefined;
}

/** Logins of a distribution that lie outside the US states. */
export function outsideStates(locales: Readonly<Record<string, number>>): number {
  return Object.entries(locales).reduce(
    (sum, [locale, count]) => (US_STATES.has(locale) ? sum : sum + count),
    0,
  );
}

/** Steps of colour on the map. */
export const MAP_STEPS = 5;

/**
 * The step of colour for a count, 0 for none. The steps grow as squares do: with equal ones, a few populous states
 * would leave all others in the palest colour.
 */
export function mapStep(count: number, max: number): number {
  return max === 0 ? 0 : Math.ceil(Math.sqrt(count / max) * MAP_STEPS);
}

/** @returns the highest count of each step */
export function mapBounds(max: number): readonly number[] {
  return Array.from({ length: MAP_STEPS }, (_, index) =>
    Math.floor(max * ((index + 1) / MAP_STEPS) ** 2),
  );
}
