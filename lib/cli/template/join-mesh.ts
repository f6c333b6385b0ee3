import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { userError } from '#mesh/error.ts';
import { domainLines, enrolDomain } from '#mesh/template/enrol.ts';
import type { Answers } from '#mesh/template/values.ts';
import { parseMesh } from '#mesh/topology/parse.ts';

/** A mesh file as it is to become. */
export interface Enrolment {
  readonly file: string;
  /** False when the domain is in it already. */
  readonly added: boolean;
  /** Writes it, beside and then in its place. */
  write(): void;
}

/**
 * The platform's mesh file with one domain more.
 * @throws WeftError `WEFT-TEMPLATE-012` when it would not be valid, or has no list that lines can be added to, with the lines to add by hand.
 */
export function enrolment(path: string, cwd: string, answers: Answers): Enrolment {
  const file = resolve(cwd, path);
  const shown = relative(cwd, file);
  const text = readFileSync(file, 'utf8');
  const before = parseMesh(text, shown);
  if (before.ok && before.value.domains.some(({ name }) => name === answers.domain))
    return { file: shown, added: false, write: () => undefined };
  const enrolled = enrolDomain(text, answers);
  const checked = enrolled === undefined ? undefined : parseMesh(enrolled, shown);
  if (enrolled === undefined || checked?.ok !== true) {
    throw userError('WEFT-TEMPLATE-012', `${answers.domain} cannot be added to ${shown}`, {
      problems: checked?.problems ?? [],
      hint: `add it by hand below "domains:", then run this again:\n${domainLines(answers)}`,
    });
  }
  return {
    file: shown,
    added: true,
    write: () => {
      writeFileSync(`${file}.new`, enrolled);
      renameSync(`${file}.new`, file);
    },
  };
}
