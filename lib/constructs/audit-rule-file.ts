import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AUDIT_RULES_FILE, parseAuditRules } from '#mesh/audit/rules/parse.ts';
import type { AuditRules } from '#mesh/audit/rules/rule.ts';
import { type Checked, userError } from '#mesh/error.ts';
import { decodeYaml } from '#mesh/yaml/decode.ts';
import { BUILT_IN_POLICIES } from './policy-folder.ts';

/** The audit rules beside a `mesh.yaml`, in `policies/audit-rules.yaml`; the built-in ones where it has none. @throws WEFT-AUDIT-080 to -085 with every problem. */
export function auditRulesOf(meshFile: string): AuditRules {
  return auditRulesIn(join(dirname(meshFile), 'policies'));
}

/** The audit rules in a folder of policies; the built-in ones where it has none. */
export function auditRulesIn(folder: string): AuditRules {
  const read = readAuditRules(ruleFileIn(folder));
  if (read.ok) return read.value;
  const [first] = read.problems;
  const places = read.problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
  throw userError(first?.code ?? 'WEFT-AUDIT-080', places.join('; '), { problems: read.problems, hint: first?.fix });
}

/** The file of rules that counts for a folder of policies. */
export function ruleFileIn(folder: string): string {
  const own = join(folder, AUDIT_RULES_FILE);
  return existsSync(own) ? own : join(BUILT_IN_POLICIES, AUDIT_RULES_FILE);
}

/** Reads one file of rules, with every problem. */
export function readAuditRules(path: string, file = path): Checked<AuditRules> {
  const decoded = decodeYaml(readFileSync(path), { file, code: 'WEFT-AUDIT-080', maxBytes: 500_000 });
  return decoded.ok ? parseAuditRules(decoded.value, file) : decoded;
}
