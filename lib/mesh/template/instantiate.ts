import type { Problem } from '../error.ts';
import { type Fill, fillPlaceholders } from './placeholders.ts';

/** A file of a template or of a repository; its path is relative, with `/`. */
export interface TemplateFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/** What a template is described in; not part of the repository. */
export const TEMPLATE_FILE = 'template.yaml';

/** Names that would mean something where the templates stand, e.g. `package.json.template`, lose this. */
const SUFFIX = '.template';

/** These hold no placeholders: they are type-checked, or read as bytes, where they stand. */
const AS_IT_IS = /\.(ts|parquet|avro|gz|zip|png)$/;

/**
 * The files of a repository: those of all templates, and the template's own, which win; of `README.md` both, its own first.
 * Placeholders that nothing stands for are problems, under `WEFT-TEMPLATE-009`.
 */
export function instantiate(
  shared: readonly TemplateFile[],
  own: readonly TemplateFile[],
  fill: Fill,
): { readonly files: TemplateFile[]; readonly problems: Problem[] } {
  const problems: Problem[] = [];
  const files = new Map<string, TemplateFile>();
  for (const file of [...shared, ...own]) {
    if (file.path === TEMPLATE_FILE) continue;
    const filled = fillFile(file, fill, problems);
    const before = filled.path === README ? files.get(README) : undefined;
    files.set(filled.path, before === undefined ? filled : joined(filled, before));
  }
  return { files: [...files.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1)), problems };
}

const README = 'README.md';

function joined(first: TemplateFile, then: TemplateFile): TemplateFile {
  const text = (file: TemplateFile) => new TextDecoder().decode(file.content).trim();
  return { path: first.path, content: new TextEncoder().encode(`${text(first)}\n\n${text(then)}\n`) };
}

function fillFile(file: TemplateFile, fill: Fill, problems: Problem[]): TemplateFile {
  const tell = (unknown: ReturnType<typeof fillPlaceholders>['unknown']) => {
    for (const { name, line, column } of unknown)
      problems.push({
        code: 'WEFT-TEMPLATE-009',
        severity: 'error',
        message: `nothing stands for {{${name}}}`,
        fix: 'correct it, or make it a parameter in template.yaml',
        file: file.path,
        line,
        column,
      });
  };
  const { text: named, unknown } = fillPlaceholders(file.path, fill);
  tell(unknown);
  const path = named.endsWith(SUFFIX) ? named.slice(0, -SUFFIX.length) : named;
  if (AS_IT_IS.test(path)) return { path, content: file.content };
  const filled = fillPlaceholders(new TextDecoder().decode(file.content), fill);
  tell(filled.unknown);
  return { path, content: new TextEncoder().encode(filled.text) };
}
