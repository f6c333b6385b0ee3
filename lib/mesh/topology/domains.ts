import type { Place } from '../error.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { readAccount, readText, refuseSecond, refuseUnknownKeys } from './fields.ts';
import { productBucketName } from './names.ts';
import type { Domain } from './topology.ts';

const KEYS = ['name', 'account', 'owners', 'contact', 'unit', 'external', 'terms'];
const MAX_BUCKET_NAME = 63;

interface Surroundings {
  readonly mesh: string;
  readonly region: string;
  readonly governanceAccount: string;
  /** Undefined where `mesh.yaml` names none. */
  readonly auditAccount?: string;
}

/** The domains of `mesh.yaml`, each checked on its own and against the others. */
export function readDomains(view: YamlView, around: Surroundings, findings: Findings): Domain[] {
  const list = view.get('domains');
  if (list === undefined || list.items.length === 0) {
    findings.error(17, (list ?? view).place, 'the mesh has no domains', 'add "domains:" with at least one domain');
    return [];
  }
  const names = new Map<string, Place>();
  const accounts = new Map<string, Place>();
  return list.items.map((item) => {
    const domain = readDomain(item, findings);
    refuseSecond(names, domain.name, item.get('name'), { number: 8, of: 'domain', what: 'name' }, findings);
    refuseSecond(accounts, domain.account, item.get('account'), { number: 9, of: 'domain', what: 'account' }, findings);
    const at = (item.get('account') ?? item).place;
    const taken = { governance: around.governanceAccount, audit: around.auditAccount };
    const role = Object.entries(taken).find(([, account]) => account === domain.account)?.[0];
    if (domain.account !== '' && role !== undefined) {
      const message = `the account ${domain.account} is the ${role} account`;
      findings.error(10, at, message, 'give the domain an account of its own');
    }
    const bucket = productBucketName(around.mesh, domain.name, domain.account, around.region);
    if (bucket.length > MAX_BUCKET_NAME) {
      const message = `the bucket name "${bucket}" has ${bucket.length} characters, at most ${MAX_BUCKET_NAME} are allowed`;
      findings.error(11, (item.get('name') ?? item).place, message, "shorten the domain's or the mesh's name");
    }
    return domain;
  });
}

function readDomain(item: YamlView, findings: Findings): Domain {
  if (item.kind !== 'map') {
    findings.error(4, item.place, 'a domain is not a mapping', 'write name, account, owners and contact');
    return { name: '', account: '', owners: [], contact: '' };
  }
  refuseUnknownKeys(item, KEYS, findings);
  return {
    name: readText(item, 'name', findings, {
      // `policies/global` is everybody's, and `governance/<role>` those who govern; `<mesh>-audit-directory` and `<mesh>-lf-<domain>` are roles of governance already.
      pattern: /^(?!(?:global|governance|audit|lf)$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
      max: 24,
      number: 6,
      allowed:
        'lower-case words joined by hyphens, at most 24 characters, other than "global", "governance", "audit" and "lf"',
    }),
    account: readAccount(item, findings) ?? '',
    owners: readOwners(item, findings),
    contact: readText(item, 'contact', findings, {
      pattern: /\S/,
      max: 256,
      number: 18,
      allowed: 'an address where the domain can be reached',
    }),
    ...readUnit(item, findings),
    ...readPartner(item, findings),
  };
}

function readUnit(item: YamlView, findings: Findings): Pick<Domain, 'unit'> {
  if (item.get('unit') === undefined) return {};
  const unit = readText(item, 'unit', findings, {
    pattern: /^ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}$/,
    max: 68,
    number: 30,
    allowed: 'the id of an organizational unit: "ou-", the root\'s id and 8 to 32 lower-case letters or digits',
  });
  return { unit };
}

/** A partner has terms that somebody agreed to; a domain of the organization has none. */
function readPartner(item: YamlView, findings: Findings): Pick<Domain, 'external' | 'terms'> {
  const external = item.get('external');
  const terms = item.get('terms');
  if (external !== undefined && typeof external.scalar !== 'boolean') {
    findings.error(31, external.place, `"external" is "${external.written ?? external.kind}"`, 'write true or false');
  }
  if (external?.scalar !== true) {
    if (terms !== undefined)
      findings.error(31, terms.place, '"terms" stands at a domain that is not external', 'add "external: true"');
    return {};
  }
  const unit = item.get('unit');
  if (unit !== undefined)
    findings.error(31, unit.place, 'a partner has no unit of the organization', 'leave out "unit" or "external"');
  return {
    external: true,
    terms: readText(item, 'terms', findings, {
      pattern: /^https:\/\/\S+$/,
      max: 1024,
      number: 32,
      allowed: 'the address (https://…) of the terms that the partner agreed to',
    }),
  };
}

function readOwners(item: YamlView, findings: Findings): string[] {
  const owners = item.list('owners').map((owner) => owner.written?.trim() ?? '');
  if (owners.length === 0 || owners.includes('')) {
    findings.error(18, (item.get('owners') ?? item).place, 'the domain has no owners', 'add "owners: [<person>, …]"');
  }
  return owners;
}
