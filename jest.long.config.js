import base, { LONG } from './jest.config.js';

/** What takes long and changes seldom: run it before a release, and when what it looks at has changed. */
export default {
  ...base,
  testMatch: LONG.map((path) => `<rootDir>/${path}`),
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
};
