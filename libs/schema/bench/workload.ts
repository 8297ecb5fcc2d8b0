import { aLogin } from '../src/testing/index.ts';

const RECORDS = 5000;
/** One record of so many has a fault. */
const FAULTY_EVERY = 100;

/** Logins of about 190 bytes, as sources send them; one in a hundred has a fault, in each member in turn. */
export function loginValues(): readonly Buffer[] {
  return Array.from({ length: RECORDS }, (_, i) => {
    const login: Record<string, unknown> = aLogin({
      user_id: `${hex(i, 8)}-063a-43a7-b91b-${hex(i * 7919, 12)}`,
      app_version: `2.${String(i % 4)}.0`,
      device_type: i % 2 === 0 ? 'android' : 'iOS',
      ip:
        i % 8 === 0
          ? `2001:db8::${hex(i % 65536, 4)}`
          : `199.172.${String(i % 256)}.${String(i % 199)}`,
      locale: ['TX', 'NY', 'CA', 'RU'][i % 4],
      timestamp: i % 10 === 0 ? String(1734547631 + i) : 1734547631 + i,
    });
    const members = Object.keys(login);
    const member = members[(i / FAULTY_EVERY) % members.length];
    if (member !== undefined) login[member] = member === 'timestamp' ? 'soon' : '';
    return Buffer.from(JSON.stringify(login));
  });
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}
