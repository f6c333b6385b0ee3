import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DomainMesh } from '#cli/kit/domain-mesh.ts';
import { bringUp, type MeshUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { listTemplates } from '#cli/template/template-folder.ts';
import { checkDomainRepository } from '#constructs/domain-repository.ts';
import { domainLines } from '#mesh/template/enrol.ts';
import { linkPackages } from '../../bench/made-repository.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Templates whose domains are those that others speak of, too: the fewer domains, the less this machine has to do. */
const HOSTS: Readonly<Record<string, string>> = {
  edge: 'wildlife-safety',
  'event-stream': 'flight-operations',
  'federated-source': 'sales',
  'source-aligned': 'harbour-freight',
};
/** Hosts first: what is made after them finds them in the mesh. */
const TEMPLATES = listTemplates()
  .map((template) => ({ ...template, domain: HOSTS[template.name] ?? `own-${template.name}` }))
  .toSorted((a, b) => Number(a.name in HOSTS ? 0 : 1) - Number(b.name in HOSTS ? 0 : 1));

/** The other domains that the repositories speak of and that none of them is, each once. */
function others(): string[] {
  const defaults = new Map(
    TEMPLATES.flatMap(({ parameters }) => parameters.map((one) => [`{{${one.name}}}`, one.default])),
  );
  const names = globSync(join(ROOT, 'domain-templates/*/mesh.yaml')).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/- name: '?([a-z{}-]+)'?$/gm)].map(
      ([, name = '']) => defaults.get(name) ?? name,
    ),
  );
  const own = new Set(['{{domain}}', ...TEMPLATES.map(({ domain }) => domain)]);
  return [...new Set(names)].filter((name) => !own.has(name)).toSorted();
}

/** A mesh with those, before any of the repositories is made. */
function platform(): string {
  const lines = others().map((name, index) =>
    domainLines({
      domain: name,
      account: String(220_000_000_001 + index),
      owner: `owner@${name}.example`,
      contact: `contact@${name}.example`,
    }),
  );
  const head = 'mesh: shared\nregion: us-east-1\norganization: o-weftdemo01\ngovernance: { account: "210000000001" }\n';
  return `${head}classification: [public, internal, confidential, restricted]\ndomains:\n${lines.join('')}`;
}

describe('every template, on one mesh', () => {
  const permits = judging();
  let home: string;
  let up: MeshUp;
  const deployed = new Map<string, readonly string[]>();
  const at = (domain: string) => join(home, domain);
  const deploy = async (repository: string) => {
    const refused = join(repository, 'cdk.error');
    if (existsSync(refused)) return [readFileSync(refused, 'utf8')];
    const { stacks } = await up.instance.deploy(join(repository, 'cdk.out'));
    return stacks.flatMap(({ error }) => error?.message ?? []);
  };

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'weft-templates-'));
    linkPackages(home);
    writeFileSync(join(home, 'platform.yaml'), platform());
    for (const [index, { name, domain }] of TEMPLATES.entries()) {
      const account = ['--account', String(230_000_000_001 + index), '--owner', `owner@${domain}.example`];
      const argv = ['domain', 'new', domain, '--template', name, '--mesh', 'platform.yaml', ...account];
      const { exit, err } = await runWeft(argv, { cwd: home });
      expect({ name, exit, err: exit === 0 ? '' : err }).toEqual({ name, exit: 0, err: '' });
    }
    const repositories = TEMPLATES.map(({ domain }) => at(domain)).filter((path) =>
      existsSync(join(path, 'bin/app.ts')),
    );
    execFileSync(process.execPath, [join(import.meta.dirname, 'synthesize-all.ts'), ...repositories], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    up = await bringUp({ topology: readMeshFile('platform.yaml', home), folder: join(home, '.weft'), port: 0 });
    permits.watch(up.instance.cloud);
    for (const repository of repositories) deployed.set(repository, await deploy(repository));
  }, 300_000);

  afterAll(async () => {
    await up?.instance.close();
    rmSync(home, { recursive: true, force: true });
  });

  test('is in the mesh file of the platform, which is still valid', () => {
    const { domains } = readMeshFile('platform.yaml', home);
    expect(domains.map(({ name }) => name)).toEqual([...others(), ...TEMPLATES.map(({ domain }) => domain)]);
  });

  describe.each(TEMPLATES)('$name', ({ domain, needs }) => {
    test('has contracts and a pipeline that are valid, its sources among them', async () => {
      const argv = ['product', 'validate', ...globSync('{products,sample/sources}/*', { cwd: at(domain) })];
      const validated = await runWeft([...argv, '--json'], { cwd: at(domain) });
      const { problems } = JSON.parse(validated.out) as { problems: { severity: string; file: string }[] };
      expect(problems.filter(({ severity, file }) => severity === 'error' || file.startsWith('products'))).toEqual([]);
      expect(checkDomainRepository(at(domain), home).problems).toEqual([]);
    });

    test('has an app whose stacks are deployed', () => expect(deployed.get(at(domain))).toEqual([]));

    const tried = needs.length === 0 ? test : test.skip;
    tried(
      'does what its people do, from the sample data to the answer of a consumer',
      async () => {
        const { tryOut } = (await import(pathToFileURL(join(at(domain), 'test/try-out.ts')).href)) as {
          tryOut(mesh: DomainMesh): Promise<void>;
        };
        await tryOut(new DomainMesh(up, { folder: at(domain), domain }));
      },
      120_000,
    );
  });
});
