/** What a documented shape says of the outermost level of a document. */
export interface Shape {
  readonly kind: 'object' | 'array';
  /** Members that are always there. */
  readonly members: readonly string[];
  /** Members that may be absent: `"name"?`. */
  readonly optional: readonly string[];
  /** `…` among the members: there may be others. */
  readonly open: boolean;
}

/** The forms of a command's `shape`; `; with …` begins another form, which an option asks for. */
export function shapesOf(shape: string): Shape[] {
  // A form that is told in words, as `one entry a line`, is no document.
  const forms = shape.split(/; with(?:out)? |, or /).map((form) => form.replace(/^(?:--[a-z-]+|a mesh) /, ''));
  return forms.filter((form) => /^[{[]/.test(form)).map(parseShape);
}

function parseShape(text: string): Shape {
  const start = text.trim();
  if (start.startsWith('[')) return { kind: 'array', members: [], optional: [], open: true };
  const outer = outermost(start);
  const names = [...outer.matchAll(/"([^"]+)"(\?)?/g)];
  return {
    kind: 'object',
    members: names.filter(([, , optional]) => optional === undefined).map(([, name = '']) => name),
    optional: names.filter(([, , optional]) => optional !== undefined).map(([, name = '']) => name),
    open: /[{,]\s*…/.test(outer),
  };
}

/** The members of the outermost braces without what they hold. */
function outermost(text: string): string {
  let depth = 0;
  let result = '';
  for (const part of text.split(/([{}[\]])/)) {
    if (/^[}\]]$/.test(part)) depth -= 1;
    // Of a value only that it is one is kept: words in quotes are no members.
    if (depth === 1) result += part.replaceAll(/:[^,{[]*/g, ':');
    if (/^[{[]$/.test(part)) depth += 1;
    if (depth === 0 && part === '}') break;
  }
  return `{${result}}`;
}

/** What of a document is not as its shape says; empty when all is. */
export function shapeProblems(shape: string, document: unknown): string[] {
  const forms = shapesOf(shape).map((form) => problemsOf(form, document));
  return forms.some((problems) => problems.length === 0) ? [] : (forms[0] ?? []);
}

function problemsOf({ kind, members, optional, open }: Shape, document: unknown): string[] {
  if (kind === 'array') return Array.isArray(document) ? [] : ['it is no list'];
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return ['it is no object'];
  const there = Object.keys(document);
  const known = [...members, ...optional];
  return [
    ...members.filter((name) => !there.includes(name)).map((name) => `"${name}" is missing`),
    ...(open ? [] : there.filter((name) => !known.includes(name)).map((name) => `"${name}" is not told of`)),
  ];
}
