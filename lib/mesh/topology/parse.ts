import type { Checked } from '../error.ts';
import { Findings } from '../yaml/findings.ts';
import { readYaml } from '../yaml/read.ts';
import type { YamlView } from '../yaml/view.ts';
import { readApplications } from './applications.ts';
import { readDomains } from './domains.ts';
import { readAccount, readText, refuseUnknownKeys } from './fields.ts';
import { readGovernance, readGovernanceAccount } from './governance.ts';
import type { Topology } from './topology.ts';

const KEYS = [
  'mesh',
  'region',
  'organization',
  'governance',
  'audit',
  'classification',
  'crossAccountVersion',
  'applications',
  'domains',
];

/** The longest `mesh.yaml` that is read, in bytes. */
const MAX_BYTES = 1_000_000;

/** Reads `mesh.yaml`; every problem at once, with its line and column, under `WEFT-MESH-<nnn>`. */
export function parseMesh(text: string, file = 'mesh.yaml'): Checked<Topology> {
  const findings = new Findings('MESH');
  const { view, problems } = readYaml({ file, text }, { code: findings.code(1), maxBytes: MAX_BYTES });
  findings.add(problems);
  if (view === undefined) return findings.outcome<Topology>(undefined);
  if (view.kind !== 'map') {
    findings.error(4, { file, line: 1, column: 1 }, 'mesh.yaml is not a mapping', 'begin with "mesh: <name>"');
    return findings.outcome<Topology>(undefined);
  }
  return findings.outcome(readTopology(view, findings));
}

function readTopology(view: YamlView, findings: Findings): Topology {
  refuseUnknownKeys(view, KEYS, findings);
  const mesh = readText(view, 'mesh', findings, {
    pattern: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    max: 12,
    number: 5,
    allowed: 'lower-case words joined by hyphens, at most 12 characters',
  });
  const region = readText(view, 'region', findings, {
    pattern: /^[a-z]{2}(-[a-z]+)+-\d$/,
    max: 30,
    number: 15,
    allowed: 'a region such as "eu-central-1"',
  });
  const governanceAccount = readGovernanceAccount(view, findings);
  const audit = readAudit(view, governanceAccount, findings);
  const auditAccount = audit.auditAccount;
  const classification = readLadder(view, findings);
  const domains = readDomains(view, { mesh, region, governanceAccount, auditAccount }, findings);
  const governance = readGovernance(view, { domains, classification }, findings);
  const applications = readApplications(view, { mesh, domains }, findings);
  return {
    mesh,
    region,
    organization: readOrganization(view, findings),
    governanceAccount,
    ...audit,
    auditAccount: auditAccount ?? governanceAccount,
    classification,
    crossAccountVersion: readVersion(view, findings),
    ...(governance === undefined ? {} : { governance }),
    ...(applications === undefined ? {} : { applications }),
    domains,
  };
}

/** The accounts of the section `audit`. */
function readAudit(
  view: YamlView,
  governanceAccount: string,
  findings: Findings,
): Partial<Pick<Topology, 'auditAccount' | 'witnessAccount' | 'managementAccount'>> {
  const section = view.get('audit');
  if (section === undefined) return {};
  refuseUnknownKeys(section, ['account', 'witness', 'management'], findings);
  const read = (key: string) => (section.get(key) === undefined ? undefined : readAccount(section, findings, key));
  const alone = section.get('witness') === undefined && section.get('management') === undefined;
  const auditAccount = alone ? readAccount(section, findings) : read('account');
  const apart = auditAccount !== undefined && auditAccount !== governanceAccount;
  const witnessAccount = read('witness') ?? (apart ? governanceAccount : undefined);
  const managementAccount = read('management');
  const place = section.get('witness')?.place ?? section.place;
  if (witnessAccount !== undefined && witnessAccount === (auditAccount ?? governanceAccount)) {
    findings.error(
      32,
      place,
      `the witness ${witnessAccount} is the account that the trail itself is in`,
      'name another account: whoever can rewrite the trail must not be able to rewrite what it is held against',
    );
  }
  if (managementAccount !== undefined && view.get('organization') === undefined) {
    findings.error(
      33,
      section.get('management')?.place ?? section.place,
      'there is a management account and no organization',
      'add "organization: o-…", or leave "management" out',
    );
  }
  return {
    ...(auditAccount === undefined ? {} : { auditAccount }),
    ...(witnessAccount === undefined ? {} : { witnessAccount }),
    ...(managementAccount === undefined ? {} : { managementAccount }),
  };
}

function readOrganization(view: YamlView, findings: Findings): string | undefined {
  if (view.get('organization') === undefined) return undefined;
  return readText(view, 'organization', findings, {
    pattern: /^o-[a-z0-9]{10,32}$/,
    max: 34,
    number: 14,
    allowed: 'the id of an AWS Organization: "o-" and 10 to 32 lower-case letters or digits',
  });
}

function readVersion(view: YamlView, findings: Findings): string {
  if (view.get('crossAccountVersion') === undefined) return '4';
  return readText(view, 'crossAccountVersion', findings, {
    pattern: /^[1-5]$/,
    max: 1,
    number: 16,
    allowed: 'a number from 1 to 5',
  });
}

function readLadder(view: YamlView, findings: Findings): string[] {
  const ladder = view.get('classification');
  const fix = 'list the levels from least to most sensitive, e.g. [public, internal, confidential]';
  if (ladder === undefined || ladder.items.length === 0) {
    findings.error(12, (ladder ?? view).place, 'the classification ladder has no levels', fix);
    return [];
  }
  const levels: string[] = [];
  for (const item of ladder.items) {
    const level = item.written?.trim() ?? '';
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(level)) {
      findings.error(12, item.place, `the classification level "${level}" is not a lower-case word`, fix);
    } else if (levels.includes(level)) {
      findings.error(13, item.place, `the classification level "${level}" stands twice`, 'keep one of them');
    } else {
      levels.push(level);
    }
  }
  return levels;
}
