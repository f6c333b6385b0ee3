import type { Problem } from '../../error.ts';
import type { Topology } from '../../topology/topology.ts';
import { type AuditRules, HIGHEST } from './rule.ts';

/** What rules name and a mesh does not have, as `WEFT-AUDIT-086`: such a rule would never be raised, or always. */
export function checkAuditRules(
  { rules }: AuditRules,
  { classification, domains }: Pick<Topology, 'classification' | 'domains'>,
): Problem[] {
  const names = domains.map(({ name }) => name);
  return rules.flatMap(({ id, who, what }) => {
    const strangers = (who.domains ?? []).filter((name) => !names.includes(name));
    const { classification: level } = what;
    const isUnknown = level !== undefined && level !== HIGHEST && !classification.includes(level);
    return [
      ...strangers.map((name) => problem(id, `the domain "${name}"`, names)),
      ...(isUnknown ? [problem(id, `the level "${level}"`, [...classification, HIGHEST])] : []),
    ];
  });
}

function problem(rule: string, what: string, known: readonly string[]): Problem {
  return {
    code: 'WEFT-AUDIT-086',
    severity: 'error',
    message: `the rule "${rule}" names ${what}, which the mesh does not have`,
    fix: `use one of ${known.join(', ')}`,
  };
}
