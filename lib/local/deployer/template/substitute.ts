const VARIABLE = /\$\{(!?)([^}]*)\}/g;

/** The parts of an `Fn::Sub` string with each `${name}` replaced by what `look` gives; `${!name}` stays as `${name}`. */
export function substitute(pattern: string, look: (name: string) => unknown): unknown[] {
  const parts: unknown[] = [];
  let end = 0;
  for (const match of pattern.matchAll(VARIABLE)) {
    parts.push(pattern.slice(end, match.index));
    parts.push(match[1] === '!' ? `\${${match[2]}}` : look((match[2] ?? '').trim()));
    end = match.index + match[0].length;
  }
  parts.push(pattern.slice(end));
  return parts.filter((part) => part !== '');
}

/** The names that an `Fn::Sub` string refers to. */
export function variablesOf(pattern: string): string[] {
  const names: string[] = [];
  substitute(pattern, (name) => {
    names.push(name);
    return name;
  });
  return names;
}
