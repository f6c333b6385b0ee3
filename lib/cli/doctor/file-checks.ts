import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readAuditRules, ruleFileIn } from '#constructs/audit-rule-file.ts';
import { CEDAR_MODULE, POLICY_SCHEMA, policySetsOf } from '#constructs/policy-folder.ts';
import { checkAuditRules } from '#mesh/audit/rules/check.ts';
import type { Problem } from '#mesh/error.ts';
import { parseMesh } from '#mesh/topology/parse.ts';
import { type Check, type Finding, failed, ok, skipped, warning } from './check.ts';

/** What the mesh is described by. */
export const FILE_CHECKS: readonly Check[] = [
  {
    id: 'mesh-file',
    about: 'mesh file',
    look: ({ io, meshFile }) => {
      if (meshFile === undefined) return skipped('there is no mesh.yaml here', 'name one with --mesh');
      const { problems } = parseMesh(readFileSync(meshFile, 'utf8'), relative(io.cwd, meshFile));
      return judged(problems, `${relative(io.cwd, meshFile)} is valid`, 'mend what is said of it');
    },
  },
  {
    id: 'contracts',
    about: 'contracts',
    look: async ({ io }) => {
      const { lookAtFiles } = await import('../next/look.ts');
      const { products } = await lookAtFiles(io.cwd);
      if (products.length === 0) return skipped('there are no products here');
      const wrong = products.filter(({ errors }) => errors > 0).map(({ folder }) => folder);
      return wrong.length === 0
        ? ok(`${products.length} product folders, as far as they can be checked here`)
        : failed(`the contracts of ${wrong.join(', ')} are not valid`, `weft product validate ${wrong.join(' ')}`);
    },
  },
  {
    id: 'policies',
    about: 'policies',
    mesh: true,
    look: async ({ meshFile, topology }) => {
      if (meshFile === undefined || topology === undefined) return skipped('no mesh file, no policies beside it');
      const [{ openCedar }, { checkPolicySets }] = await Promise.all([
        import('#mesh/policy/cedar.ts'),
        import('#mesh/policy/check.ts'),
      ]);
      const problems = checkPolicySets(policySetsOf(meshFile), {
        cedar: openCedar(() => readFileSync(CEDAR_MODULE)),
        schema: readFileSync(POLICY_SCHEMA, 'utf8'),
        domains: topology.domains.map(({ name }) => name),
        approvers: ['owner', 'platform', ...Object.keys(topology.governance?.approvers ?? {})],
        ladder: topology.classification,
      });
      return judged(problems, 'the policies are valid', 'weft policy check');
    },
  },
  {
    id: 'audit-rules',
    about: 'audit rules',
    mesh: true,
    look: ({ io, meshFile, topology }) => {
      if (meshFile === undefined || topology === undefined) return skipped('no mesh file, no audit rules beside it');
      const file = ruleFileIn(join(dirname(meshFile), 'policies'));
      const read = readAuditRules(file, relative(io.cwd, file));
      const problems = read.ok ? [...read.problems, ...checkAuditRules(read.value, topology)] : read.problems;
      return judged(problems, 'the audit rules are valid', 'weft audit rules');
    },
  },
];

/** The first problem stands for all, with how many there are. */
function judged(problems: readonly Problem[], good: string, fix: string): Finding {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors.length > 0 ? errors : problems;
  if (first === undefined) return ok(good);
  const place = [first.file, first.line, first.column].filter((part) => part !== undefined).join(':');
  const more = (errors.length > 0 ? errors : problems).length - 1;
  const message = `${place === '' ? '' : `${place}: `}${first.message}${more > 0 ? `, and ${more} more` : ''}`;
  return errors.length > 0 ? failed(message, first.fix ?? fix) : warning(message, first.fix ?? fix);
}
