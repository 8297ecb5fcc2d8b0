/** What ends the generator besides what ends every service, and the kind of fault that it is. */
export const ERROR_CODES = { TRUTH_FILE_UNWRITABLE: 'settings' } as const;
