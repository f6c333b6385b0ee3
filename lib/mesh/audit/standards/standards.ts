import { userError } from '../../error.ts';
import type { ControlCoverage } from '../../policy-set/coverage.ts';
import { GDPR } from './gdpr.ts';
import { ISO_27001 } from './iso-27001.ts';
import { NIST_800_53 } from './nist-800-53.ts';
import { SOC_2 } from './soc-2.ts';
import type { Standard } from './standard.ts';

/** The standards that weft knows more of than what policies name. */
export const STANDARDS: readonly Standard[] = [GDPR, ISO_27001, NIST_800_53, SOC_2];

/**
 * The standard of a name: one that weft knows, with the controls besides that policies name, or one that policies alone name.
 * @throws WeftError `WEFT-AUDIT-066` for one that nobody knows.
 */
export function standardNamed(name: string, coverage: readonly ControlCoverage[]): Standard {
  const wanted = name.trim().toLowerCase();
  const known = STANDARDS.find((one) => one.name.toLowerCase() === wanted || one.aliases.includes(wanted));
  const named = known?.name ?? coverage.find(({ standard }) => standard.toLowerCase() === wanted)?.standard;
  if (named === undefined) {
    const others = [...new Set([...STANDARDS.map((one) => one.name), ...coverage.map(({ standard }) => standard)])];
    throw userError('WEFT-AUDIT-066', `there is nothing to show for ${JSON.stringify(name)}`, {
      hint: `standards are ${others.toSorted().join(', ')}; a policy adds one with @standard("<standard>/<control>")`,
    });
  }
  const controls = known?.controls ?? [];
  const more = coverage
    .filter(({ standard, control }) => standard === named && !controls.some(({ id }) => id === control))
    .map(({ control }) => ({ id: control, says: 'policies of the mesh name it' }));
  return { name: named, title: known?.title ?? named, aliases: known?.aliases ?? [], controls: [...controls, ...more] };
}
