import type { Place } from '../error.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { readText, refuseSecond, refuseUnknownKeys } from './fields.ts';
import { DOMAIN_ROLES, domainRoleName, GOVERNANCE_ROLES, governanceRoleName } from './names.ts';
import { APPLICATION_STATES, type Application, roleKey } from './rules.ts';
import type { Domain } from './topology.ts';

const KEYS = ['name', 'role', 'state'];

interface Around {
  readonly mesh: string;
  readonly domains: readonly Domain[];
}

/** The applications of `mesh.yaml`; undefined where it lists none. */
export function readApplications(view: YamlView, around: Around, findings: Findings): Application[] | undefined {
  const list = view.get('applications');
  if (list === undefined) return undefined;
  if (list.kind !== 'list') {
    findings.error(4, list.place, '"applications" is not a list', 'write "- { name, role, state }" for each');
    return undefined;
  }
  const names = new Map<string, Place>();
  const roles = new Map<string, Place>();
  const rule = { number: 29, of: 'application' };
  return list.items.map((item) => {
    const application = readApplication(item, around, findings);
    refuseSecond(names, application.name, item.get('name'), { ...rule, what: 'name' }, findings);
    refuseSecond(roles, roleKey(application.role) ?? '', item.get('role'), { ...rule, what: 'role' }, findings);
    return application;
  });
}

function readApplication(item: YamlView, around: Around, findings: Findings): Application {
  if (item.kind !== 'map') {
    findings.error(4, item.place, 'an application is not a mapping', 'write name, role and state');
    return { name: '', role: '', state: 'suspended' };
  }
  refuseUnknownKeys(item, KEYS, findings);
  const state = readText(item, 'state', findings, {
    pattern: new RegExp(`^(${APPLICATION_STATES.join('|')})$`),
    max: 10,
    number: 28,
    allowed: `one of ${APPLICATION_STATES.join(', ')}`,
  });
  return {
    name: readText(item, 'name', findings, {
      pattern: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
      max: 40,
      number: 26,
      allowed: 'lower-case words joined by hyphens, at most 40 characters',
    }),
    role: readRole(item, around, findings),
    state: state === 'approved' ? 'approved' : 'suspended',
  };
}

/** A role of a domain's account that is none of the mesh's own: those are for people and for the mesh's machines. */
function readRole(item: YamlView, { mesh, domains }: Around, findings: Findings): string {
  const role = readText(item, 'role', findings, {
    pattern: /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/,
    max: 2048,
    number: 27,
    allowed: 'the ARN of a role, e.g. arn:aws:iam::<account>:role/<name>',
  });
  const place = item.get('role')?.place;
  if (role === '' || place === undefined) return '';
  const domain = domains.find(({ account }) => account === role.split(':')[4]);
  if (domain === undefined) {
    findings.error(27, place, `the role ${role} is in no domain's account`, 'give a role of a domain of this mesh');
    return '';
  }
  const own = [
    ...DOMAIN_ROLES.map((kind) => domainRoleName(mesh, domain.name, kind)),
    ...(['agent', 'catalog-watch'] as const).map((kind) => domainRoleName(mesh, domain.name, kind)),
    ...GOVERNANCE_ROLES.map((kind) => governanceRoleName(mesh, kind)),
  ];
  if (own.includes(role.split('/').at(-1) ?? '')) {
    findings.error(27, place, `the role ${role} is one of the mesh's own`, 'give the application a role of its own');
    return '';
  }
  return role;
}
