import { OCSF_SCHEMAS, type Schema } from './schema.ts';

/** What is wrong with an event by the schema of its class, one sentence each with its place; empty when nothing is. */
export function validateEvent(event: unknown): string[] {
  const uid = isObject(event) ? event.class_uid : undefined;
  const schema = typeof uid === 'number' ? OCSF_SCHEMAS[uid] : undefined;
  if (schema === undefined || !isObject(event)) return [`class_uid ${JSON.stringify(uid)} is none that is exported`];
  const problems = validate(event, schema, '');
  if (Number(event.type_uid) !== Number(event.class_uid) * 100 + Number(event.activity_id)) {
    problems.push(
      `type_uid ${String(event.type_uid)} is not that of class ${String(uid)} and activity ${String(event.activity_id)}`,
    );
  }
  return problems;
}

function validate(value: unknown, schema: Schema, at: string): string[] {
  const place = at === '' ? 'the event' : at;
  if (schema.const !== undefined && value !== schema.const) return [`${place} is not ${JSON.stringify(schema.const)}`];
  if (schema.type !== undefined && !hasType(value, schema.type)) return [`${place} is no ${schema.type}`];
  const problems: string[] = [];
  if (schema.enum !== undefined && !schema.enum.includes(value as number)) {
    problems.push(`${place} is ${JSON.stringify(value)}, not one of ${schema.enum.join(', ')}`);
  }
  if (typeof value === 'string' && value.length < (schema.minLength ?? 0)) problems.push(`${place} is empty`);
  if (typeof value === 'number' && value < (schema.minimum ?? value))
    problems.push(`${place} is below ${schema.minimum}`);
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0)) problems.push(`${place} is empty`);
    const { items } = schema;
    if (items !== undefined) problems.push(...value.flatMap((one, index) => validate(one, items, `${at}[${index}]`)));
  } else if (isObject(value)) {
    problems.push(...members(value, schema, at));
  }
  if (schema.anyOf?.every((one) => validate(value, one, at).length > 0)) {
    problems.push(`${place} has none of ${schema.anyOf.flatMap(({ required = [] }) => required).join(', ')}`);
  }
  return problems;
}

function members(value: Readonly<Record<string, unknown>>, schema: Schema, at: string): string[] {
  const { properties = {}, required = [] } = schema;
  const below = (name: string) => (at === '' ? name : `${at}.${name}`);
  const missing = required.filter((name) => value[name] === undefined).map((name) => `${below(name)} is missing`);
  const unknown =
    schema.additionalProperties === false
      ? Object.keys(value)
          .filter((name) => value[name] !== undefined && !Object.hasOwn(properties, name))
          .map((name) => `${below(name)} is no attribute of the class`)
      : [];
  const wrong = Object.entries(properties).flatMap(([name, one]) =>
    value[name] === undefined ? [] : validate(value[name], one, below(name)),
  );
  return [...missing, ...unknown, ...wrong];
}

function hasType(value: unknown, type: Schema['type']): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return type === 'integer' ? Number.isSafeInteger(value) : typeof value === type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
