import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { checkDomainRepository } from '#constructs/domain-repository.ts';
import { userError } from '#mesh/error.ts';

/** The key of `cdk.json`'s context that says which domain's app it is. */
const DOMAIN = 'weft:domain';

interface CdkFile {
  readonly app?: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** The CDK app of a domain's repository, or undefined for a folder that is none. */
export function repositoryApp(folder: string): CdkFile | undefined {
  const file = join(folder, 'cdk.json');
  if (!existsSync(file)) return undefined;
  const read = JSON.parse(readFileSync(file, 'utf8')) as CdkFile;
  return read.app !== undefined && typeof read.context?.[DOMAIN] === 'string' ? read : undefined;
}

/** The domain that an app is of. */
export function repositoryDomain({ context }: CdkFile): string {
  return String(context?.[DOMAIN]);
}

/**
 * Looks at a repository before its app is run in a process of its own, whose words would be a stack trace.
 * @throws WeftError `WEFT-TEMPLATE-014` with every problem of its contracts and its pipeline.
 */
export function refuseBrokenRepository(folder: string, cwd: string): void {
  if (repositoryApp(folder) === undefined) return;
  const { ok, problems } = checkDomainRepository(folder, cwd);
  if (ok) return;
  throw userError('WEFT-TEMPLATE-014', `the repository ${relative(cwd, folder) || '.'} is not valid`, { problems });
}

/**
 * Synthesizes a repository's app, as `cdk synth` would, in a process of its own; gives the assembly's folder.
 * @throws WeftError `WEFT-TEMPLATE-014` with what the app said.
 */
export async function synthesizeRepository(
  folder: string,
  { app = '', context }: CdkFile,
  outdir: string,
): Promise<string> {
  const child = spawn(app, {
    cwd: folder,
    shell: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      // The Node that runs this, whatever another is called `node` here.
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify(context ?? {}),
    },
  });
  const [said, code] = await Promise.all([
    text(child.stderr),
    new Promise((done, fail) => child.once('error', fail).once('close', done)),
  ]);
  if (code === 0) return outdir;
  throw userError('WEFT-TEMPLATE-014', `the app of ${folder} cannot be synthesized: ${said.trim()}`, {
    hint: 'npm run check tells what is wrong with the repository',
  });
}
