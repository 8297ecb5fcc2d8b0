/** The API's schemas for the kinds that we use, written by `npm run test:deploy -- kubernetes --write-schemas`. */
export const SCHEMAS_FILE = 'deploy/test/kubernetes/schemas.json';
