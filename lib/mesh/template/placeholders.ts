/** The text for a placeholder's name, or undefined when there is no such placeholder. */
export type Fill = (name: string) => string | undefined;

/** A placeholder that nothing stands for. */
export interface Unknown {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** `{{name}}` or `{{kind:word}}`; `${{ … }}` is an expression of GitHub Actions and stays. */
const PLACEHOLDER = /(?<!\$)\{\{([a-z][a-z0-9-]*(?::[a-z0-9-]+)?)\}\}/g;

/** Replaces the placeholders of a text; those that nothing stands for are told, and left as they are. */
export function fillPlaceholders(text: string, fill: Fill): { readonly text: string; readonly unknown: Unknown[] } {
  const unknown: Unknown[] = [];
  const filled = text.replaceAll(PLACEHOLDER, (whole, name: string, offset: number) => {
    const value = fill(name);
    if (value !== undefined) return value;
    const before = text.slice(0, offset);
    unknown.push({ name, line: before.split('\n').length, column: offset - before.lastIndexOf('\n') });
    return whole;
  });
  return { text: filled, unknown };
}
