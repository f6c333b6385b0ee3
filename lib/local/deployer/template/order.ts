import { userError } from '#mesh/error.ts';
import { intrinsicOf } from './evaluate.ts';
import { variablesOf } from './substitute.ts';
import type { ResourceDefinition } from './template.ts';

type Resources = Readonly<Record<string, ResourceDefinition>>;

/** The other resources that a resource must wait for: what it refers to and what its `DependsOn` names. */
export function dependenciesOf(logicalId: string, resources: Resources): Set<string> {
  const found = new Set<string>();
  const add = (name: string) => {
    if (name !== logicalId && Object.hasOwn(resources, name)) found.add(name);
  };
  const definition = resources[logicalId];
  const listed = definition?.DependsOn ?? [];
  for (const name of typeof listed === 'string' ? [listed] : listed) add(name);
  visit(definition?.Properties, add);
  return found;
}

function visit(value: unknown, add: (name: string) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const entry of value) visit(entry, add);
    return;
  }
  const [name, argument] = intrinsicOf(value) ?? [];
  if (name === 'Ref') add(String(argument));
  else if (name === 'Fn::GetAtt') add(String(Array.isArray(argument) ? argument[0] : argument).split('.')[0] ?? '');
  else if (name === 'Fn::Sub') {
    const pattern = Array.isArray(argument) ? argument[0] : argument;
    for (const variable of variablesOf(String(pattern))) add(variable.split('.')[0] ?? '');
  }
  for (const member of Object.values(value)) visit(member, add);
}

/**
 * Names in an order in which each comes after what it depends on; ties keep the given order.
 * @throws WeftError `WEFT-LOCAL-016` naming the circle when there is one.
 */
export function inOrder(names: readonly string[], dependencies: (name: string) => Iterable<string>): string[] {
  const done = new Set<string>();
  const known = new Set(names);
  const result: string[] = [];
  const place = (name: string, path: readonly string[]) => {
    if (done.has(name) || !known.has(name)) return;
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name].join(' -> ');
      throw userError('WEFT-LOCAL-016', `circular dependency ${circle}`, {
        hint: 'take one reference of the circle out',
      });
    }
    for (const other of dependencies(name)) place(other, [...path, name]);
    done.add(name);
    result.push(name);
  };
  for (const name of names) place(name, []);
  return result;
}
