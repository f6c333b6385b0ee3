import type { Grant } from '#mesh/access/grant.ts';
import { accessDrift } from '#mesh/drift/access.ts';
import { type DriftFinding, driftKey, foundGrant, severityOf } from '#mesh/drift/finding.ts';
import { resourceId } from '#mesh/plan/grants.ts';
import type { ShareIntent, ShareReport } from '#mesh/subscription/subscription.ts';

/** What stands under a link's name. */
export type FoundLink = { readonly target?: { readonly catalogId: string; readonly database: string } } | undefined;

/** An agent reports that many findings at most: an event holds 256 KB. */
const REPORTED = 100;

/** What was changed in a consumer's account since its agent's last report. `others` are grants that the mesh does not answer for. */
export function localDrift(
  intent: ShareIntent,
  found: { readonly link: FoundLink; readonly managed: readonly Grant[]; readonly others: readonly Grant[] },
): DriftFinding[] {
  const { account } = intent;
  const left = { grants: intent.grants, filters: [] };
  return [
    ...linkDrift(intent, found.link),
    ...accessDrift(left, { grants: found.managed, filters: [] }, { account, local: true }),
    ...passedOn(found.others, account),
  ];
}

function linkDrift({ account, link }: ShareIntent, found: FoundLink): DriftFinding[] {
  if (link === undefined) return [];
  const on = link.name;
  if (found === undefined) return [{ kind: 'LinkMissing', account, on, what: `the link ${on} is gone` }];
  const { target } = found;
  if (target?.database === link.targetDatabase && target.catalogId === link.targetCatalogId) return [];
  const now = target === undefined ? 'is a database of its own' : `leads to ${target.catalogId}/${target.database}`;
  const what = `${on} ${now} instead of ${link.targetCatalogId}/${link.targetDatabase}`;
  return [{ kind: 'LinkElsewhere', account, on, what }];
}

/** What the account's own administrator passed on to its own principals is his right; it is told and left alone. */
function passedOn(others: readonly Grant[], account: string): DriftFinding[] {
  return others
    .filter(({ principal }) => principal.startsWith('arn:') || principal === `${account}:IAMPrincipals`)
    .map((grant) => {
      const { principal, resource, permissions, lastUpdatedBy, lastUpdated } = grant;
      return {
        kind: 'PassedOn',
        account,
        on: `${principal} ${resourceId(resource)}`,
        what: `${principal} was given ${permissions.join(', ')} on ${resourceId(resource)} by the account's own administrator`,
        ...(lastUpdatedBy === undefined ? {} : { by: lastUpdatedBy }),
        ...(lastUpdated === undefined ? {} : { since: lastUpdated }),
        grant: foundGrant(grant),
      };
    });
}

/** What an agent reports of a look: `waits` leaves what is only missing, and nothing is mended unless `ok`. */
export function driftReport(
  findings: readonly DriftFinding[],
  { ok, waits }: { readonly ok: boolean; readonly waits: boolean },
): ShareReport['drift'] {
  const found = findings.slice(0, REPORTED);
  const isLeft = (finding: DriftFinding) => {
    const severity = severityOf(finding);
    return severity === 'note' || severity === 'risk' || !ok || (waits && severity !== 'leak');
  };
  return { found, open: found.filter(isLeft).map(driftKey) };
}
