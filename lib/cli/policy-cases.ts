import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { userError } from '#mesh/error.ts';
import { POLICY_ACTIONS } from '#mesh/policy/question.ts';
import type { ExpectedCase } from '#mesh/policy/run-cases.ts';

/** The cases of one file: the levels that they speak of, and what is to be decided. */
export interface CaseFile {
  readonly file: string;
  /** Absent: the mesh's own. */
  readonly ladder?: readonly string[];
  readonly cases: readonly ExpectedCase[];
}

const EFFECTS = ['allow', 'ask', 'deny'];

/** The cases beside policies: `policies/<scope>/*cases.yaml`. @throws WEFT-POLICY-037 for a file that holds none. */
export function readCases(folder: string): CaseFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`))
    .filter((file) => file.endsWith('cases.yaml'))
    .toSorted()
    .map((file) => readCaseFile(join(folder, file), file));
}

function readCaseFile(path: string, file: string): CaseFile {
  const { ladder, cases } = readMapping(path, file) as Partial<CaseFile>;
  if (!Array.isArray(cases)) throw malformed(file, 'it has no list of `cases`');
  for (const [index, entry] of (cases as Partial<ExpectedCase>[]).entries()) {
    const { name, action, as, effect, policies } = entry;
    const what = `case ${index + 1}${typeof name === 'string' ? ` (${name})` : ''}`;
    if (typeof name !== 'string' || typeof as !== 'string' || !Array.isArray(policies)) {
      throw malformed(file, `${what} needs \`name\`, \`as\` and \`policies\``);
    }
    if (!POLICY_ACTIONS.some((known) => known === action)) {
      throw malformed(file, `${what} asks for "${action}", which is none of ${POLICY_ACTIONS.join(', ')}`);
    }
    if (!EFFECTS.includes(effect ?? ''))
      throw malformed(file, `${what} expects "${effect}", which is none of ${EFFECTS.join(', ')}`);
  }
  return { file, cases, ...(ladder === undefined ? {} : { ladder }) };
}

/** A YAML file that holds a mapping. @throws WEFT-POLICY-037 when it does not. */
export function readMapping(path: string, file: string): object {
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'), { maxAliasCount: 100 });
  } catch (cause) {
    throw malformed(file, cause instanceof Error ? cause.message.split('\n')[0] : String(cause));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(file, 'it is no mapping');
  return value;
}

function malformed(file: string, why: string | undefined) {
  return userError('WEFT-POLICY-037', `${file} holds no policy cases: ${why}`, {
    hint: 'docs/policies.md shows what a case looks like',
  });
}
