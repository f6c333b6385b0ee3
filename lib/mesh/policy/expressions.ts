import type { PolicyJson } from './cedar.ts';
import { POLICY_ACTIONS, type PolicyAction } from './question.ts';

/** The groups of actions that a policy may name, as the schema has them. */
export const ACTION_GROUPS: Readonly<Record<string, readonly PolicyAction[]>> = {
  publishing: ['publish', 'change'],
  access: ['subscribe', 'renew', 'share', 'export'],
};

/** The actions that a policy's head lets in; a name that nobody knows lets in none. */
export function actionsOf({ action }: PolicyJson): PolicyAction[] {
  if (action.op === 'All') return [...POLICY_ACTIONS];
  const entities = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : [];
  const named = entities.flatMap((entity) => {
    const { type, id } = '__entity' in entity ? entity.__entity : entity;
    if (type !== 'Weft::Action') return [];
    if (action.op === 'in' && ACTION_GROUPS[id] !== undefined) return ACTION_GROUPS[id];
    return POLICY_ACTIONS.filter((known) => known === id);
  });
  return POLICY_ACTIONS.filter((known) => named.includes(known));
}

/** Stands for every attribute of the context: an expression speaks of the context as a whole. */
const WHOLE_CONTEXT = 'context.*';

/** Stands for the groups of the action: a condition speaks of it, and not the head alone. */
export const ACTION_READ = 'action.*';

/**
 * What an expression reads or asks for: `resource.level`, `context.*` for the whole of it, `action.*` for the action, and `*.stated` for an attribute of
 * something that is reached by others.
 */
export function attributesIn(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const member of value) attributesIn(member, found);
  else if (typeof value === 'object' && value !== null) {
    const { Var: variable } = value as { Var?: unknown };
    if (variable === 'context') found.add(WHOLE_CONTEXT);
    if (variable === 'action') found.add(ACTION_READ);
    for (const [key, member] of Object.entries(value)) {
      if ((key === '.' || key === 'has') && typeof member === 'object' && member !== null) {
        const { attr, left } = member as { attr?: string | readonly string[]; left?: { Var?: unknown } };
        const on = typeof left?.Var === 'string' ? left.Var : '*';
        const [first, ...deeper] = [attr ?? []].flat();
        if (first !== undefined) found.add(`${on}.${first}`);
        for (const name of deeper) found.add(`*.${name}`);
        if (on === '*') attributesIn(left, found);
      } else attributesIn(member, found);
    }
  }
  return found;
}

/** Whether an attribute of the principal, the resource, the context, or of what they lead to (`*`), is among those that are read. */
export function isRead(
  reads: ReadonlySet<string>,
  on: 'principal' | 'resource' | 'context' | '*',
  name: string,
): boolean {
  return reads.has(`${on}.${name}`) || reads.has(`*.${name}`) || (on === 'context' && reads.has(WHOLE_CONTEXT));
}

/**
 * Entities that an expression names in order to look inside them, as `Weft::Product::"a/b".level` does. What a policy says has to follow from
 * who asks, for what and how, so these are refused: it lets a decision load three entities and not the mesh.
 */
export function lookedInto(value: unknown, found: string[] = []): string[] {
  if (Array.isArray(value)) for (const member of value) lookedInto(member, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      const left = literalOf((member as { left?: unknown } | null)?.left);
      if (left !== undefined && ['.', 'has', 'in', 'getTag', 'hasTag', 'is'].includes(key)) found.push(left);
      lookedInto(member, found);
    }
  }
  return found;
}

function literalOf(expression: unknown): string | undefined {
  const value = (expression as { Value?: { __entity?: { type: string; id: string } } } | undefined)?.Value;
  return value?.__entity === undefined ? undefined : `${value.__entity.type}::${JSON.stringify(value.__entity.id)}`;
}
