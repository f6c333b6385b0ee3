/** Attempts to make an input shorter. */
const MOST_TRIES = 400;

/** A shorter text for which `fails` still holds: lines first, then ever smaller pieces are left out. */
export async function shrink(text: string, fails: (shorter: string) => Promise<boolean>): Promise<string> {
  let tries = 0;
  let current = text;
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
