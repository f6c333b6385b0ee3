import type { Checked, Place } from '../../error.ts';
import { Findings } from '../../yaml/findings.ts';
import { readYaml } from '../../yaml/read.ts';
import type { YamlView } from '../../yaml/view.ts';
import { Fields } from './fields.ts';
import { readRaise } from './parse-raise.ts';
import { readWhat, readWhen, readWho } from './parse-scope.ts';
import {
  type AuditRule,
  type AuditRules,
  CAPTURES,
  type CaptureRule,
  RESPONSES,
  RULE_SOURCES,
  SEVERITIES,
  SUBJECTS,
} from './rule.ts';

/** The name of the file, beside the sets of policies. */
export const AUDIT_RULES_FILE = 'audit-rules.yaml';

/** The longest file of rules that is read, in bytes. */
const MAX_BYTES = 500_000;
const MAX_RULES = 200;
const RULE_KEYS = ['id', 'message', 'looksAt', 'per', 'who', 'what', 'when', 'raise', 'severity', 'response'];

/**
 * Reads audit rules; every problem at once, with its line and column: `WEFT-AUDIT-080` broken YAML, `-081` an unknown key, `-082` a missing key, `-083` a value
 * that is not allowed, `-084` two rules with one id, `-085` what contradicts itself.
 */
export function parseAuditRules(text: string, file = AUDIT_RULES_FILE): Checked<AuditRules> {
  const findings = new Findings('AUDIT');
  const { view, problems } = readYaml({ file, text }, { code: findings.code(80), maxBytes: MAX_BYTES });
  findings.add(problems);
  if (view === undefined) return findings.outcome<AuditRules>(undefined);
  const fields = new Fields(findings);
  if (view.kind !== 'map') {
    findings.error(83, { file, line: 1, column: 1 }, `${file} is not a mapping`, 'begin with "rules:"');
    return findings.outcome<AuditRules>(undefined);
  }
  fields.refuseUnknown(view, ['rules', 'capture']);
  const entries = view.list('rules');
  if (entries.length === 0) {
    fields.missing(view, 'rules', 'at least one rule, or "rules: [{ id: …, looksAt: …, raise: … }]"');
  } else if (entries.length > MAX_RULES) {
    findings.error(83, view.place, `there are ${entries.length} rules, at most ${MAX_RULES} are read`, 'remove some');
  }
  const rules = entries.map((entry) => readRule(entry, fields));
  refuseSecond(entries, findings);
  const capture = view.list('capture').map((entry) => readCapture(entry, fields));
  return findings.outcome({ rules, capture });
}

function readRule(view: YamlView, fields: Fields): AuditRule {
  if (!fields.isMap(view, 'a rule')) return EMPTY;
  fields.refuseUnknown(view, RULE_KEYS);
  const looksAt = fields.oneOf(view, 'looksAt', RULE_SOURCES);
  const response = fields.oneOf(view, 'response', RESPONSES, 'alert');
  const when = readWhen(view, fields);
  const rule: AuditRule = {
    id: fields.text(view, 'id', /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens', 40),
    message: fields.text(view, 'message', /^\S.*$/, 'one sentence of at most 300 characters', 300),
    looksAt,
    per: fields.oneOf(view, 'per', SUBJECTS, 'principal'),
    who: readWho(view, fields),
    what: readWhat(view, fields),
    ...(when === undefined ? {} : { when }),
    raise: readRaise(view, looksAt, fields),
    severity: fields.oneOf(view, 'severity', SEVERITIES, 'medium'),
    response,
  };
  refuseContradictions(rule, view, fields);
  return rule;
}

/** What denials do not have cannot be asked of them. */
function refuseContradictions({ looksAt, what, per, response }: AuditRule, view: YamlView, { findings }: Fields): void {
  if (looksAt !== 'denials') return;
  const refuse = (place: Place, message: string, fix: string) => findings.error(85, place, message, fix);
  const place = (key: string) => (view.get(key) ?? view).place;
  if (response === 'suspend') {
    const fix = 'write "response: alert": whoever was denied may have no subscription to suspend';
    refuse(place('response'), 'a rule that looks at denials cannot suspend', fix);
  }
  if (what.tables !== undefined || what.classification !== undefined || what.personal !== undefined) {
    const message = 'a rule that looks at denials asks which columns or tables were read';
    refuse(place('what'), message, 'leave "tables", "classification" and "personal" out, or look at reads');
  }
  if (per === 'subscription') {
    refuse(place('per'), 'denials belong to no subscription', 'write "per: principal" or "per: session"');
  }
}

function refuseSecond(entries: readonly YamlView[], findings: Findings): void {
  const seen = new Map<string, number | undefined>();
  for (const entry of entries) {
    const id = entry.text('id');
    const place = (entry.get('id') ?? entry).place;
    if (id === undefined) continue;
    if (seen.has(id)) {
      const message = `the rule "${id}" stands in line ${seen.get(id)} already`;
      findings.error(84, place, message, 'give each rule an id of its own: alerts name it');
    } else seen.set(id, place.line);
  }
}

function readCapture(view: YamlView, fields: Fields): CaptureRule {
  if (!fields.isMap(view, 'an entry of "capture"')) return { products: [], sql: 'text' };
  fields.refuseUnknown(view, ['products', 'sql']);
  return {
    products: fields.texts(view, 'products') ?? fields.missing(view, 'products', 'a list of <domain>/<product>') ?? [],
    sql: fields.oneOf(view, 'sql', CAPTURES),
  };
}

const EMPTY: AuditRule = {
  id: '',
  message: '',
  looksAt: 'reads',
  per: 'principal',
  who: {},
  what: {},
  raise: { first: 'product' },
  severity: 'medium',
  response: 'alert',
};
