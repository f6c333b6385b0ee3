export const PLACEHOLDER = /\{(resource|context|principal)\.([A-Za-z]+)\}/g;

/** The facts that a message names, e.g. `resource.unclassified`. */
export function placeholders(message: string): { on: string; attribute: string }[] {
  return [...message.matchAll(PLACEHOLDER)].map(([, on = '', attribute = '']) => ({ on, attribute }));
}
