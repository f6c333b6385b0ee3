/** The layers of the house (docs/adr/0001): imports run one way. */
const from = (path) => ({ path: `^${path}/` });
const only = (name, path, allowed) => ({
  name,
  severity: 'error',
  comment: `${path} may import ${allowed.join(', ') || 'nothing of ours'}`,
  from: from(path),
  to: { path: '^(lib|lambdas|bin|test|bench)/', pathNot: [path, ...allowed].map((entry) => `^${entry}`) },
});

module.exports = {
  forbidden: [
    only('mesh-is-pure', 'lib/mesh', []),
    { name: 'mesh-has-no-world', severity: 'error', from: from('lib/mesh'), to: { dependencyTypes: ['core'] } },
    {
      name: 'mesh-has-no-aws',
      severity: 'error',
      from: from('lib/mesh'),
      to: { path: 'node_modules/(@aws-sdk|aws-cdk-lib|@middy)' },
    },
    only('aws-knows-mesh', 'lib/aws', ['lib/mesh']),
    only('control-knows-mesh-and-aws', 'lib/control', ['lib/mesh', 'lib/aws']),
    only('lambdas-know-control', 'lambdas', ['lib/control', 'lib/mesh', 'lib/aws']),
    only('constructs-know-mesh', 'lib/constructs', ['lib/mesh']),
    only('stacks-know-constructs', 'lib/stacks', ['lib/constructs', 'lib/mesh']),
    only('edge-stands-alone', 'lib/edge', ['lib/mesh', 'lib/aws']),
    only('local-is-aws', 'lib/local', ['lib/mesh/error.ts']),
    {
      name: 'nobody-imports-test',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
