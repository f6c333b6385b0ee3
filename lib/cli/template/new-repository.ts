import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { type Problem, userError, WeftError } from '#mesh/error.ts';
import { checkAnswers } from '#mesh/template/check-answers.ts';
import { instantiate, type TemplateFile } from '#mesh/template/instantiate.ts';
import { type Answers, valuesOf } from '#mesh/template/values.ts';
import { parseMesh } from '#mesh/topology/parse.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { templateFiles } from './template-folder.ts';

const PACKAGE = resolve(import.meta.dirname, '../../..');

/** What a repository that comes from here depends on: the folder of the sources, or the published version. */
export function weftDependency(): string {
  if (extname(import.meta.filename) === '.ts') return `file:${PACKAGE}`;
  const { version } = JSON.parse(readFileSync(resolve(PACKAGE, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/**
 * The files of a domain's repository.
 * @throws WeftError the code of the first problem, with all of them, when the answers do not do; `WEFT-TEMPLATE-009` or `-012` when the template does not.
 */
export function repositoryFiles(template: string, answers: Answers, known: Topology | undefined): TemplateFile[] {
  refuse(checkAnswers(answers, known));
  const { shared, own } = templateFiles(template);
  const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
  const { files, problems } = instantiate(shared, own, valuesOf(template, answers, known, sha256));
  if (problems.length > 0) throw new WeftError('WEFT-TEMPLATE-009', `the template ${template} is broken`, { problems });
  const mesh = files.find(({ path }) => path === 'mesh.yaml');
  const checked = mesh === undefined ? undefined : parseMesh(new TextDecoder().decode(mesh.content), mesh.path);
  if (checked?.ok === false) {
    throw userError('WEFT-TEMPLATE-012', `the mesh.yaml of ${answers.domain} would not be valid`, {
      problems: checked.problems,
      hint: 'choose another name, account or region',
    });
  }
  return files;
}

function refuse(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const message = problems.length === 1 ? first.message : `${problems.length} answers do not do`;
  throw userError(first.code, message, { problems });
}
