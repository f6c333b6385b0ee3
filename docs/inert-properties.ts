import { resourceTypes } from '#local/deployer/resources/registry.ts';
import { isInert } from '#local/deployer/resources/resource.ts';
import { table } from './markdown.ts';

/** What of a template the local deployer accepts without effect, with the reason of each. */
export function inertProperties(): string {
  const rows = Object.entries(resourceTypes()).flatMap(([name, type]) => {
    if (isInert(type)) return [[name, 'all', type.inert]];
    return Object.entries(type.properties).flatMap(([property, rule]) =>
      typeof rule === 'string' ? [] : [[name, property, rule.inert]],
    );
  });
  return `## Without effect\n\nAccepted in a template, kept, and changing nothing on this machine.\n\n${table(['type', 'property', 'because'], rows)}`;
}
