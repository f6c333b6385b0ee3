/** Attempts to make an input shorter. */
const MOST_TRIES = 400;

type Fails = (shorter: string) => Promise<boolean>;

/** A shorter text for which `fails` still holds: members of a JSON document, lines, then ever smaller pieces are left out. */
export async function shrink(text: string, fails: Fails): Promise<string> {
  let current = await shrinkJson(text, fails);
  let tries = 0;
  for (const split of [/(?<=\n)/, /(?<=[\s,;()[\]{}])/, /(?:)/u]) {
    let parts = current.split(split);
    for (let size = Math.max(1, parts.length >> 1); size >= 1; size = size === 1 ? 0 : size >> 1) {
      for (let at = 0; at < parts.length; ) {
        if (tries >= MOST_TRIES) return current;
        tries += 1;
        const without = [...parts.slice(0, at), ...parts.slice(at + size)];
        const shorter = without.join('');
        if (without.length > 0 && shorter !== current && (await fails(shorter))) {
          parts = without;
          current = shorter;
        } else at += size;
      }
    }
  }
  return current;
}

/** Leaves members out from the top down, and puts what is inside a member in its place. */
async function shrinkJson(text: string, fails: Fails): Promise<string> {
  let current = text;
  let tries = 0;
  for (let again = true; again; ) {
    again = false;
    for (const candidate of smaller(current)) {
      tries += 1;
      if (tries > MOST_TRIES) return current;
      if (candidate.length >= current.length || !(await fails(candidate))) continue;
      current = candidate;
      again = true;
      break;
    }
  }
  return current;
}

function* smaller(text: string): Generator<string> {
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    return;
  }
  const paths: string[][] = [];
  for (let level: string[][] = [[]]; level.length > 0 && paths.length < MOST_TRIES; ) {
    const next = level.flatMap((path) => {
      const at = read(tree, path);
      return typeof at === 'object' && at !== null ? Object.keys(at).map((key) => [...path, key]) : [];
    });
    paths.push(...next);
    level = next;
  }
  for (const path of paths)
    yield changed(text, path, (branch, key) =>
      Array.isArray(branch) ? branch.splice(Number(key), 1) : delete branch[key],
    );
  for (const path of paths) {
    const inside = read(tree, path);
    if (typeof inside !== 'object' || inside === null) continue;
    const [first] = Object.values(inside);
    if (first !== undefined) yield changed(text, path, (branch, key) => Object.assign(branch, { [key]: first }));
  }
}

function changed(
  text: string,
  path: readonly string[],
  change: (branch: Record<string, unknown> | unknown[], key: string) => unknown,
): string {
  const tree: unknown = JSON.parse(text);
  change(read(tree, path.slice(0, -1)) as Record<string, unknown>, path.at(-1) ?? '');
  return JSON.stringify(tree);
}

function read(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], tree);
}
