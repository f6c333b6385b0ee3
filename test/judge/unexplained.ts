import { fits } from './resource-class.ts';
import { lineOf, type Permit } from './usage.ts';

/** Permissions that are there although no suite uses them; `*` in role, action and resource is a wildcard, and so is no resource. */
export interface Reasoned {
  readonly role: string;
  readonly action: string;
  readonly resource?: string;
  readonly reason: string;
}

/** Permits that no entry explains, and entries that explain none. */
export function unexplained(unused: readonly Permit[], reasons: readonly Reasoned[]): string[] {
  const covers = ({ role, action, resource = '*' }: Reasoned, permit: Permit) =>
    fits(permit.role, role) &&
    fits(permit.action.toLowerCase(), action.toLowerCase()) &&
    fits(permit.resource, resource);
  return [
    ...unused
      .filter((permit) => !reasons.some((reason) => covers(reason, permit)))
      .map((permit) => `${lineOf(permit)}: is never used`),
    ...reasons
      .filter((reason) => !unused.some((permit) => covers(reason, permit)))
      .map(({ role, action, resource = '*' }) => `${lineOf({ role, action, resource })}: the reason explains nothing`),
  ].toSorted();
}
