import { readFileSync } from 'node:fs';
import type { AuditRules } from '#mesh/audit/rules/rule.ts';
import { WeftError } from '#mesh/error.ts';
import type { PolicySets } from '#mesh/policy/policy-sets.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { buildApp } from '#stacks/app.ts';

/**
 * Runs in a process of its own, because the CDK keeps some hundred megabytes: `{ topology, policies, auditRules, outdir }` on stdin, templates in `outdir`, an error
 * that the user can mend as JSON on stdout.
 */
const { topology, policies, auditRules, outdir } = JSON.parse(readFileSync(0, 'utf8')) as {
  topology: Topology;
  policies?: PolicySets;
  auditRules?: AuditRules;
  outdir: string;
};
try {
  buildApp(topology, { outdir, policies, auditRules }).synth();
} catch (error) {
  if (!(error instanceof WeftError)) throw error;
  const { code, message, hint, source } = error;
  process.stdout.write(JSON.stringify({ code, message, hint, source }));
  process.exitCode = 1;
}
