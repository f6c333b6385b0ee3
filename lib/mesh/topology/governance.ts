import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { readAccount, readText, refuseUnknownKeys } from './fields.ts';
import { DOMAIN_ROLES, GOVERNANCE_ROLES } from './names.ts';
import {
  type Council,
  DRIFT_MODES,
  type DriftMode,
  type GovernanceRules,
  HOLD_BACK_MODES,
  type HoldBackMode,
  isPartner,
  majorityOf,
} from './rules.ts';
import type { ClassificationLadder, Domain } from './topology.ts';

const KEYS = ['account', 'council', 'approvers', 'recertifyEvery', 'drift', 'holdBack'];

/** Classes of approvers that are there without being named. */
const BUILT_IN = ['owner', 'platform'];
const ROLE_ARN = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const MAX_DAYS = 3660;

interface Around {
  readonly domains: readonly Domain[];
  readonly classification: ClassificationLadder;
}

/** The account of the section `governance`. */
export function readGovernanceAccount(view: YamlView, findings: Findings): string {
  const section = view.get('governance');
  if (section === undefined) {
    findings.error(3, view.place, 'the key "governance" is missing', 'add "governance: { account: \'<12 digits>\' }"');
    return '';
  }
  refuseUnknownKeys(section, KEYS, findings);
  return readAccount(section, findings) ?? '';
}

/** How the mesh is governed; undefined where `mesh.yaml` leaves all of it to the defaults. */
export function readGovernance(view: YamlView, around: Around, findings: Findings): GovernanceRules | undefined {
  const section = view.get('governance');
  if (section === undefined) return undefined;
  const council = readCouncil(section, around, findings);
  const approvers = readApprovers(section, around, findings);
  const recertifyEvery = readDays(section, around, findings);
  const drift = readDrift(section, findings);
  const holdBack = readHoldBack(section, findings);
  const rules = {
    ...(council === undefined ? {} : { council }),
    ...(approvers === undefined ? {} : { approvers }),
    ...(recertifyEvery === undefined ? {} : { recertifyEvery }),
    ...(drift === undefined ? {} : { drift }),
    ...(holdBack === undefined ? {} : { holdBack }),
  };
  return Object.keys(rules).length === 0 ? undefined : rules;
}

function readCouncil(section: YamlView, { domains }: Around, findings: Findings): Council | undefined {
  const council = section.get('council');
  if (council === undefined) return undefined;
  if (council.kind !== 'map') {
    findings.error(4, council.place, '"council" is not a mapping', 'write representatives and quorum');
    return undefined;
  }
  refuseUnknownKeys(council, ['representatives', 'quorum'], findings);
  const representatives: string[] = [];
  for (const item of council.list('representatives')) {
    const name = item.written?.trim() ?? '';
    const domain = domains.find((entry) => entry.name === name);
    if (domain === undefined || isPartner(domain)) {
      const message = `the representative "${name}" is ${domain === undefined ? 'no domain' : 'a partner'} of the mesh`;
      findings.error(20, item.place, message, 'name domains of this mesh that are not external');
    } else if (representatives.includes(name)) {
      findings.error(
        20,
        item.place,
        `the representative "${name}" stands twice`,
        'keep one: each domain has one voice',
      );
    } else {
      representatives.push(name);
    }
  }
  if (representatives.length === 0) {
    const fix = 'add "representatives: [<domain>, …]"';
    findings.error(20, (council.get('representatives') ?? council).place, 'the council has no representatives', fix);
  }
  return { representatives, quorum: readQuorum(council, representatives.length, findings) };
}

function readQuorum(council: YamlView, voices: number, findings: Findings): number {
  const value = council.get('quorum');
  if (value === undefined) return majorityOf(voices);
  const quorum = wholeOf(value, 1, Math.max(voices, 1));
  if (quorum === undefined) {
    const message = `the quorum "${value.written ?? value.kind}" is not a whole number from 1 to ${voices}`;
    findings.error(21, value.place, message, 'more voices than there are representatives never come together');
  }
  return quorum ?? 1;
}

function readApprovers(
  section: YamlView,
  { domains }: Around,
  findings: Findings,
): Record<string, string[]> | undefined {
  const classes = mapping(section, 'approvers', 'write classes, e.g. "legal: [\'governance:platform\']"', findings);
  if (classes === undefined) return undefined;
  const approvers: [string, string[]][] = [];
  for (const { key, place, value } of classes.entries) {
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(key) || BUILT_IN.includes(key)) {
      const message = BUILT_IN.includes(key)
        ? `the class of approvers "${key}" is there already`
        : `the class of approvers "${key}" is not lower-case words joined by hyphens`;
      findings.error(22, place, message, `name a class of your own, e.g. "legal"; built in are ${BUILT_IN.join(', ')}`);
    }
    const named = value.items.map((item) => readApprover(item, domains, findings));
    if (named.length === 0)
      findings.error(
        22,
        place,
        `the class of approvers "${key}" names nobody`,
        'write "<class>: [\'<domain>:<role>\']"',
      );
    approvers.push([key, named]);
  }
  return Object.fromEntries(approvers);
}

function readApprover(item: YamlView, domains: readonly Domain[], findings: Findings): string {
  const text = item.written?.trim() ?? '';
  const [place = '', role = '', ...more] = text.split(':');
  const roles: readonly string[] = place === 'governance' ? GOVERNANCE_ROLES : DOMAIN_ROLES;
  const known = place === 'governance' || domains.some(({ name }) => name === place);
  if (ROLE_ARN.test(text) || (known && roles.includes(role) && more.length === 0)) return text;
  const fix = `write "<domain>:<${DOMAIN_ROLES.join('|')}>", "governance:<${GOVERNANCE_ROLES.join('|')}>" or a role ARN`;
  findings.error(23, item.place, `the approver "${text}" is nobody of this mesh`, fix);
  return text;
}

function readDays(
  section: YamlView,
  { classification }: Around,
  findings: Findings,
): Record<string, number> | undefined {
  const levels = mapping(section, 'recertifyEvery', 'write days by level, e.g. "confidential: 180"', findings);
  if (levels === undefined) return undefined;
  const days: [string, number][] = [];
  for (const { key, place, value } of levels.entries) {
    if (!classification.includes(key)) {
      const fix = `use one of ${classification.join(', ')}`;
      findings.error(24, place, `"${key}" is no level of the classification`, fix);
    }
    const number = wholeOf(value, 1, MAX_DAYS);
    if (number === undefined) {
      const message = `"${value.written ?? value.kind}" is not a number of days from 1 to ${MAX_DAYS}`;
      findings.error(24, value.place, message, 'write a whole number of days');
    }
    days.push([key, number ?? 1]);
  }
  return Object.fromEntries(days);
}

function readDrift(section: YamlView, findings: Findings): DriftMode | undefined {
  if (section.get('drift') === undefined) return undefined;
  const text = readText(section, 'drift', findings, {
    pattern: new RegExp(`^(${DRIFT_MODES.join('|')})$`),
    max: 10,
    number: 25,
    allowed: `one of ${DRIFT_MODES.join(', ')}`,
  });
  return DRIFT_MODES.find((mode) => mode === text);
}

function readHoldBack(section: YamlView, findings: Findings): HoldBackMode | undefined {
  if (section.get('holdBack') === undefined) return undefined;
  const text = readText(section, 'holdBack', findings, {
    pattern: new RegExp(`^(${HOLD_BACK_MODES.join('|')})$`),
    max: 10,
    number: 34,
    allowed: `one of ${HOLD_BACK_MODES.join(', ')}`,
  });
  return HOLD_BACK_MODES.find((mode) => mode === text);
}

function mapping(section: YamlView, key: string, fix: string, findings: Findings): YamlView | undefined {
  const view = section.get(key);
  if (view === undefined || view.kind === 'map') return view;
  findings.error(4, view.place, `"${key}" is not a mapping`, fix);
  return undefined;
}

function wholeOf(view: YamlView, least: number, most: number): number | undefined {
  const number = /^\d{1,9}$/.test(view.written ?? '') ? Number(view.written) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}
