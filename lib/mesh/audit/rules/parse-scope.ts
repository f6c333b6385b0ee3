import { DOMAIN_ROLES } from '../../topology/names.ts';
import type { YamlView } from '../../yaml/view.ts';
import type { Fields } from './fields.ts';
import { isZone } from './hours.ts';
import { DAYS, type What, type When, type Who } from './rule.ts';

const WEEK = DAYS.slice(0, 5);
const PRODUCT = /^[a-z0-9*-]+\/[a-z0-9*-]+$/;

/** Whom a rule is about. */
export function readWho(rule: YamlView, fields: Fields): Who {
  const view = fields.section(rule, 'who', ['domains', 'roles', 'principals', 'except']);
  if (view === undefined) return {};
  const roles: readonly string[] = DOMAIN_ROLES;
  const arns = (key: string) =>
    fields.texts(view, key, (text) => /^(arn:|\*)/.test(text), 'ARNs of roles, with * for any text');
  return present({
    domains: fields.texts(view, 'domains', (text) => /^[a-z][a-z0-9-]*$/.test(text), 'names of domains'),
    roles: fields.texts(view, 'roles', (text) => roles.includes(text), `roles of domains: ${roles.join(', ')}`),
    principals: arns('principals'),
    except: arns('except'),
  });
}

/** Which data a rule is about. */
export function readWhat(rule: YamlView, fields: Fields): What {
  const view = fields.section(rule, 'what', ['products', 'tables', 'classification', 'personal']);
  if (view === undefined) return {};
  const personal = view.get('personal');
  if (personal !== undefined && personal.scalar !== true) fields.wrong(personal, 'personal', 'true, or left out');
  const level = /^[a-z][a-z0-9-]{0,31}$/;
  return present({
    products: fields.texts(view, 'products', (text) => PRODUCT.test(text), '<domain>/<product>, with * for any text'),
    tables: fields.texts(view, 'tables'),
    classification:
      view.get('classification') === undefined
        ? undefined
        : fields.text(view, 'classification', level, 'a level of the ladder of mesh.yaml', 32),
    personal: personal?.scalar === true ? (true as const) : undefined,
  });
}

/** The hours that a rule is about; undefined: all. */
export function readWhen(rule: YamlView, fields: Fields): When | undefined {
  const view = fields.section(rule, 'when', ['inside', 'outside', 'days', 'zone']);
  if (view === undefined) return undefined;
  const sides = (['inside', 'outside'] as const).filter((key) => view.get(key) !== undefined);
  const [side = 'outside'] = sides;
  if (sides.length === 0) fields.missing(view, 'outside" or "inside', 'hours such as 07:00-19:00');
  if (sides.length === 2) {
    fields.findings.error(85, view.place, '"inside" stands beside "outside"', 'keep one of them');
  }
  const zone = fields.text(view, 'zone', /^[A-Za-z0-9_+/-]+$/, 'a zone such as Europe/Berlin or UTC', 64);
  const at = view.get('zone');
  if (zone !== '' && at !== undefined && !isZone(zone)) fields.wrong(at, 'zone', 'a zone such as Europe/Berlin or UTC');
  const known: readonly string[] = DAYS;
  const days = fields.texts(view, 'days', (text) => known.includes(text), `days: ${DAYS.join(', ')}`) ?? WEEK;
  return { side, ...readHours(view, side, fields), days: DAYS.filter((day) => days.includes(day)), zone };
}

function readHours(view: YamlView, key: string, fields: Fields): { readonly from: number; readonly to: number } {
  const value = view.get(key);
  const [, h1, m1, h2, m2] = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/.exec(value?.written ?? '') ?? [];
  const from = Number(h1) * 60 + Number(m1);
  const to = Number(h2) * 60 + Number(m2);
  if (from !== to && to <= 24 * 60) return { from, to };
  if (value !== undefined) fields.wrong(value, key, 'hours such as 07:00-19:00');
  return { from: 0, to: 24 * 60 };
}

/** A record without the members that are undefined. */
function present<T extends object>(members: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
