import base from './jest.config.js';

/** The rule packs over the synthesized templates. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/rules/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
};
