import { userError } from '#mesh/error.ts';
import type { Template } from './template.ts';

const SSM_TYPE = /^AWS::SSM::Parameter::Value<(.+)>$/;
const LIST = /^(CommaDelimitedList|List<.+>)$/;

/**
 * The values of a template's parameters: what was given, else the default; an SSM parameter type is looked up by its name.
 * @throws WeftError `WEFT-LOCAL-011` when one has no value, an SSM parameter is missing, or a value is not allowed.
 */
export function parameterValues(
  template: Template,
  given: Readonly<Record<string, string>>,
  ssm: (name: string) => string | undefined,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(template.Parameters ?? {}, name));
  if (unknown !== undefined) throw fault(unknown, 'is not a parameter of the template');
  for (const [name, definition] of Object.entries(template.Parameters ?? {})) {
    const raw = (Object.hasOwn(given, name) ? given[name] : undefined) ?? definition.Default;
    if (raw === undefined) throw fault(name, 'has neither a value nor a default');
    const stored = SSM_TYPE.exec(definition.Type)?.[1];
    const value = stored === undefined ? String(raw) : ssm(String(raw));
    if (value === undefined) throw fault(name, `names the SSM parameter ${raw}, which does not exist`);
    const type = stored ?? definition.Type;
    if (!/^(String|Number|AWS::.+)$/.test(type) && !LIST.test(type)) throw fault(name, `has unknown type ${type}`);
    if (type === 'Number' && (value.trim() === '' || Number.isNaN(Number(value)))) {
      throw fault(name, `is ${value}, not a number`);
    }
    if (definition.AllowedValues !== undefined && !Array.isArray(definition.AllowedValues))
      throw fault(name, 'has AllowedValues that are no list');
    if (definition.AllowedValues !== undefined && !definition.AllowedValues.map(String).includes(value)) {
      throw fault(name, `is ${value}; allowed: ${definition.AllowedValues.join(', ')}`);
    }
    if (definition.AllowedPattern !== undefined && !patternOf(name, definition.AllowedPattern).test(value)) {
      throw fault(name, `is ${value}, which does not match ${definition.AllowedPattern}`);
    }
    values[name] = LIST.test(type) ? value.split(',').map((entry) => entry.trim()) : value;
  }
  return values;
}

function patternOf(name: string, pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    throw fault(name, `has an AllowedPattern that is no regular expression: ${pattern}`);
  }
}

function fault(name: string, what: string) {
  return userError('WEFT-LOCAL-011', `parameter ${name} ${what} at Parameters.${name}`, {
    hint: 'give the parameter a value that its declaration admits',
  });
}
