/** jest in ESM mode; swc only strips the types, so a stack trace points at the source. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // The rule packs belong to `npm run check`: they take long and need no mesh.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/rules/'],
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.weft'],
  randomize: true,
  // ES modules in jest's sandbox are never let go: a worker that has grown is replaced, and with one worker there would be none to replace.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  testTimeout: 30_000,
};
