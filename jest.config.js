/** What takes long and changes seldom runs by its own command, `npm run test:long`. */
export const LONG = [
  'test/clients/weft-local.test.ts',
  'test/docs/json.test.ts',
  'test/e2e/access-in-time.test.ts',
  'test/e2e/audit-reports.test.ts',
  'test/e2e/killed.test.ts',
  'test/judge/separation/separation.test.ts',
  'test/mesh/audit/log/honest.test.ts',
  'test/mesh/policy/engine.property.test.ts',
  'test/upgrade/many-changes.test.ts',
  'test/local/athena/documented.test.ts',
  'test/local/athena/federation.test.ts',
  'test/mesh/audit/time/replay.property.test.ts',
  'test/simulate/plants.test.ts',
  'test/simulate/seeds.test.ts',
  'test/templates/package.test.ts',
];

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
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/rules/', ...LONG.map((path) => `<rootDir>/${path}`)],
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.weft'],
  globalSetup: '<rootDir>/test/run-folder.ts',
  // The folders of tests need not survive the machine's power.
  setupFiles: ['<rootDir>/test/no-sync.js'],
  testSequencer: '<rootDir>/test/slowest-first.cjs',
  randomize: true,
  // ES modules in jest's sandbox are never let go: a worker that has grown is replaced, and with one worker there would be none to replace. A larger limit spares new
  // workers at first, and costs more later, when they spend their time looking for memory.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  testTimeout: 30_000,
};
