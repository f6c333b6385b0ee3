/** One step of a path: a member's name or an index. */
type Step = string | number;

const STEP = /\.([A-Za-z0-9_-]+)|\[(\d+)\]|\['([^']+)'\]|\["([^"]+)"\]/y;

/** The JSONPath that EventBridge allows in inputs: `$`, members and indices. Undefined: not valid. */
export function parsePath(text: string): readonly Step[] | undefined {
  if (!text.startsWith('$')) return undefined;
  const steps: Step[] = [];
  let at = 1;
  while (at < text.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(text);
    if (match === null) return undefined;
    steps.push(match[2] === undefined ? (match[1] ?? match[3] ?? match[4] ?? '') : Number(match[2]));
    at = STEP.lastIndex;
  }
  return steps;
}

/** What stands at a path of a JSON value; undefined when nothing does. */
export function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const step of parsePath(path) ?? []) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<Step, unknown>)[step];
  }
  return found;
}
