import { valueAt } from './json-path.ts';
import { type EventEnvelope, ruleArn, type StoredRule, type StoredTarget } from './model.ts';

/** The text that a target gets for an event: the event, a part of it, a constant, or a filled template. */
export function inputFor(
  event: EventEnvelope,
  target: StoredTarget,
  rule: Pick<StoredRule, 'account' | 'region' | 'bus' | 'name'>,
  now: number,
): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(valueAt(event, target.InputPath)) ?? '{}';
  if (target.InputTransformer === undefined) return JSON.stringify(event);
  const paths = Object.entries(target.InputTransformer.InputPathsMap ?? {});
  const values: Record<string, unknown> = Object.fromEntries(paths.map(([name, path]) => [name, valueAt(event, path)]));
  values['aws.events.rule-arn'] = ruleArn(rule);
  values['aws.events.rule-name'] = rule.name;
  values['aws.events.event.ingestion-time'] = new Date(now).toISOString();
  values['aws.events.event.json'] = event;
  values['aws.events.event'] = { ...event, detail: undefined };
  return fill(target.InputTransformer.InputTemplate, values);
}

/**
 * Puts values in place of `<name>`: inside quotes as text, elsewhere as JSON. What has no value becomes an empty string. A name that is not in the
 * map stays as it is.
 */
function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  let quoted = false;
  let out = '';
  for (let at = 0; at < template.length; at += 1) {
    const character = template[at] ?? '';
    const name = character === '<' ? /^<([^<>]+)>/.exec(template.slice(at))?.[1] : undefined;
    if (name !== undefined && Object.hasOwn(values, name)) {
      out += quoted ? inText(values[name]) : (JSON.stringify(values[name]) ?? '""');
      at += name.length + 1;
      continue;
    }
    if (character === '\\') {
      out += character + (template[at + 1] ?? '');
      at += 1;
      continue;
    }
    if (character === '"') quoted = !quoted;
    out += character;
  }
  return out;
}

function inText(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return JSON.stringify(text).slice(1, -1);
}
