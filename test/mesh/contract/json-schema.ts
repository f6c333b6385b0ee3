type Schema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** What an instance breaks of a JSON Schema, as `<path>: <keyword>`; the keywords that the official schemas of the standards use. */
export function violations(root: unknown, instance: unknown): string[] {
  return check(root, root, JSON.parse(JSON.stringify(instance)), '').errors;
}

interface Result {
  readonly errors: string[];
  /** Members that some schema has looked at, for `unevaluatedProperties`. */
  readonly seen: Set<string>;
}

function check(root: unknown, schema: unknown, value: unknown, path: string): Result {
  const errors: string[] = [];
  const seen = new Set<string>();
  if (schema === false) return { errors: [`${path}: false`], seen };
  if (!isObject(schema)) return { errors, seen };
  const sub = (part: unknown, at = value, where = path) => check(root, part, at, where);
  const passes = (part: unknown) => sub(part).errors.length === 0;
  const take = (result: Result) => {
    errors.push(...result.errors);
    for (const name of result.seen) seen.add(name);
  };
  const fail = (keyword: string) => errors.push(`${path}: ${keyword}`);

  if (typeof schema.$ref === 'string') take(sub(resolve(root, schema.$ref)));
  const types = [schema.type].flat().filter((type) => type !== undefined);
  const type = typeOf(value);
  if (types.length > 0 && !types.includes(type) && !(type === 'integer' && types.includes('number'))) fail('type');
  if (schema.enum !== undefined && !listOf(schema.enum).includes(value)) fail('enum');
  if (schema.const !== undefined && schema.const !== value) fail('const');
  for (const part of listOf(schema.allOf)) take(sub(part));
  if (schema.anyOf !== undefined) takeSome(listOf(schema.anyOf), 'anyOf', (count) => count > 0);
  if (schema.oneOf !== undefined) takeSome(listOf(schema.oneOf), 'oneOf', (count) => count === 1);
  if (schema.not !== undefined && passes(schema.not)) fail('not');
  if (schema.if !== undefined) {
    if (passes(schema.if)) {
      take(sub(schema.if));
      take(sub(schema.then));
    } else take(sub(schema.else));
  }
  if (typeof value === 'string') {
    if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern, 'u').test(value)) fail('pattern');
    if (value.length < Number(schema.minLength ?? 0)) fail('minLength');
    if (value.length > Number(schema.maxLength ?? Number.POSITIVE_INFINITY)) fail('maxLength');
  }
  if (typeof value === 'number') {
    if (value < Number(schema.minimum ?? Number.NEGATIVE_INFINITY)) fail('minimum');
    if (value > Number(schema.maximum ?? Number.POSITIVE_INFINITY)) fail('maximum');
    if (value <= Number(schema.exclusiveMinimum ?? Number.NEGATIVE_INFINITY)) fail('exclusiveMinimum');
  }
  if (Array.isArray(value)) {
    if (value.length < Number(schema.minItems ?? 0)) fail('minItems');
    if (value.length > Number(schema.maxItems ?? Number.POSITIVE_INFINITY)) fail('maxItems');
    if (schema.uniqueItems === true && new Set(value.map((item) => JSON.stringify(item))).size < value.length)
      fail('uniqueItems');
    for (const [index, item] of value.entries()) errors.push(...sub(schema.items, item, `${path}/${index}`).errors);
  }
  if (isObject(value)) {
    const known = isObject(schema.properties) ? schema.properties : {};
    for (const name of listOf(schema.required)) if (!Object.hasOwn(value, String(name))) fail(`required ${name}`);
    for (const [name, member] of Object.entries(value)) {
      if (Object.hasOwn(known, name)) {
        seen.add(name);
        errors.push(...sub(known[name], member, `${path}/${name}`).errors);
      } else if (schema.additionalProperties !== undefined) {
        seen.add(name);
        errors.push(...sub(schema.additionalProperties, member, `${path}/${name}`).errors);
      }
    }
    if (schema.unevaluatedProperties === false) {
      for (const name of Object.keys(value)) if (!seen.has(name)) errors.push(`${path}/${name}: unevaluatedProperties`);
    }
  }
  return { errors, seen };

  function takeSome(parts: readonly unknown[], keyword: string, enough: (count: number) => boolean) {
    const good = parts.map((part) => sub(part)).filter((result) => result.errors.length === 0);
    if (!enough(good.length)) fail(keyword);
    for (const result of good) take(result);
  }
}

function resolve(root: unknown, reference: string): unknown {
  const names = reference
    .replace(/^#\/?/, '')
    .split('/')
    .filter((name) => name !== '');
  return names.reduce<unknown>((node, name) => (isObject(node) ? node[name] : undefined), root);
}
