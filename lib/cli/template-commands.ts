import type { CommandSpec } from './command.ts';

/** The commands that make a domain's repository. */
export const TEMPLATE_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'domain new',
    summary: "write a domain's repository from a template: contracts, pipeline, sample data, app, tests",
    arguments: [{ name: '[name]', description: 'name of the domain' }],
    options: [
      { flags: '--template <name>', description: 'which one; weft domain templates lists them' },
      { flags: '--dir <folder>', description: 'where it goes (default: ./<name>)' },
      { flags: '--mesh <file>', description: "the platform's mesh file, to which the domain is added" },
      { flags: '--account <id>', description: 'AWS account of the domain' },
      { flags: '--owner <e-mail>', description: 'who answers for it' },
      { flags: '--contact <e-mail>', description: "where it can be reached (default: the owner's)" },
      { flags: '--region <region>', description: "region (default: the mesh's)" },
      {
        flags: '--set <name=value>',
        description: "a template's parameter; also mesh, organization, governance",
        repeatable: true,
      },
      { flags: '--yes', description: 'ask nothing: defaults for what is not given' },
      { flags: '--dry-run', description: 'show the files and write nothing' },
    ],
    examples: [
      {
        line: 'weft domain new sales --template source-aligned --yes',
        what: 'a repository that runs on this machine, with a made-up account',
      },
      {
        line: 'weft domain new sales --template source-aligned --mesh ../platform/mesh.yaml --account 210000000021 --owner ada@sales.example',
        what: 'adds the domain to the mesh file, too: the pull request to the platform',
      },
    ],
    shape:
      '{ "domain", "template", "folder", "dryRun", "files": […], "inTheWay": […], "mesh"?: { "file", "added" }, "next": […] }',
    load: () => import('./commands/domain-new.ts'),
  },
  {
    name: 'local lend',
    summary: 'have other domains of the local mesh publish products, with the data that lies beside their contracts',
    arguments: [
      { name: '<folder…>', description: 'folders with *.odps.yaml, *.odcs.yaml and <table>.csv, .json or .parquet' },
    ],
    options: [{ flags: '--folder <path>', description: 'where the local mesh lives (default: .weft)' }],
    examples: [
      { line: 'weft local lend sample/sources/*', what: 'then the domain of this repository can subscribe to them' },
    ],
    shape: '{ "products": ["<domain>/<product>", …] }',
    load: () => import('./commands/local-lend.ts'),
  },
  {
    name: 'domain templates',
    summary: 'the templates of a domain, and when to take which',
    examples: [{ line: 'weft domain templates', what: 'then: weft domain new <name> --template <template>' }],
    shape: '[{ "name", "summary", "parameters": [{ "name", "question", "default" }], "next": […], "needs": […] }]',
    load: () => import('./commands/domain-templates.ts'),
  },
];
