import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { userError, WeftError } from '#mesh/error.ts';
import { TEMPLATE_FILE, type TemplateFile } from '#mesh/template/instantiate.ts';
import { parseTemplate, type Template } from '#mesh/template/template.ts';

/** The templates that come with the project. */
const TEMPLATES = resolve(import.meta.dirname, '../../../domain-templates');

/** What all templates have; not a template itself. */
const SHARED = 'shared';

/** Every template, by name. @throws WEFT-TEMPLATE-001 when one's `template.yaml` is not valid, with every problem. */
export function listTemplates(folder = TEMPLATES): Template[] {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, TEMPLATE_FILE)));
  return names.toSorted().map((name) => {
    const file = join(folder, name, TEMPLATE_FILE);
    const checked = parseTemplate(name, readFileSync(file, 'utf8'), relative(folder, file));
    if (checked.ok) return checked.value;
    throw new WeftError('WEFT-TEMPLATE-001', `the template ${name} is not valid`, { problems: checked.problems });
  });
}

/** One template. @throws WEFT-TEMPLATE-002 with those that there are. */
export function templateNamed(name: string, folder = TEMPLATES): Template {
  const templates = listTemplates(folder);
  const found = templates.find((template) => template.name === name);
  if (found !== undefined) return found;
  throw userError('WEFT-TEMPLATE-002', `there is no template ${JSON.stringify(name)}`, {
    hint: `take one of ${templates.map((template) => template.name).join(', ')}; weft domain templates tells which is for what`,
  });
}

/** The files that all templates have, and those of one. */
export function templateFiles(name: string, folder = TEMPLATES) {
  return { shared: filesBelow(join(folder, SHARED)), own: filesBelow(join(folder, name)) };
}

function filesBelow(folder: string): TemplateFile[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => ({ path: relative(folder, path).split(sep).join('/'), content: readFileSync(path) }));
}
