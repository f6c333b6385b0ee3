import { templateError } from './scope.ts';
import { SECTIONS, type Template } from './template.ts';

/** Levels inside each other: real templates have a third of it, and what resolves them goes down one call a level. */
const DEEPEST = 150;
const ENTRY_SECTIONS = ['Parameters', 'Mappings', 'Conditions', 'Resources', 'Outputs'] as const;

/**
 * Refuses what has not the form of a template, before any of it is looked at: sections and their entries are objects under alphanumeric
 * names, types are texts, nothing is nested without end.
 * @throws WeftError `WEFT-LOCAL-011` with the place.
 */
export function checkTemplate(template: Template): void {
  if (!isObject(template)) throw templateError('a template is an object', 'the template');
  const unknown = Object.keys(template).find((section) => !SECTIONS.has(section));
  if (unknown !== undefined)
    throw templateError('this section is not modelled', shorten(unknown), 'leave it out of what is deployed here');
  checkDepth(template);
  for (const section of ENTRY_SECTIONS) {
    const entries: unknown = template[section];
    if (entries === undefined) continue;
    if (!isObject(entries)) throw templateError('a section is an object', section);
    for (const [name, entry] of Object.entries(entries)) checkEntry(section, name, entry);
  }
}

function checkEntry(section: (typeof ENTRY_SECTIONS)[number], name: string, entry: unknown): void {
  const place = `${section}.${shorten(name)}`;
  if (!/^[A-Za-z0-9]{1,255}$/.test(name)) throw templateError('a name is made of letters and digits', place);
  if (section === 'Conditions') return;
  if (!isObject(entry)) throw templateError('an entry is an object', place);
  const needsType = section === 'Resources' || section === 'Parameters';
  if (needsType && typeof entry.Type !== 'string') throw templateError('a Type is a string', `${place}.Type`);
  if (section === 'Resources') checkResourceForm(entry, place);
  if (section === 'Mappings' && !Object.values(entry).every(isObject))
    throw templateError('a mapping has two levels of keys', place);
  if (section === 'Outputs' && entry.Export !== undefined && !isObject(entry.Export))
    throw templateError('an Export is an object', `${place}.Export`);
}

function checkResourceForm(entry: Readonly<Record<string, unknown>>, place: string): void {
  const { Properties, DependsOn = [], Condition } = entry;
  if (Properties !== undefined && !isObject(Properties))
    throw templateError('Properties are an object', `${place}.Properties`);
  if (Condition !== undefined && typeof Condition !== 'string')
    throw templateError('a Condition is a name', `${place}.Condition`);
  const names = Array.isArray(DependsOn) ? DependsOn : [DependsOn];
  if (!names.every((other) => typeof other === 'string'))
    throw templateError('DependsOn is a name or a list of names', `${place}.DependsOn`);
}

/** Level by level, as nothing that calls itself could. */
function checkDepth(template: object): void {
  let level: { value: unknown; place: string }[] = [{ value: template, place: '' }];
  for (let depth = 0; level.length > 0; depth += 1) {
    const [first] = level;
    if (depth > DEEPEST) {
      throw templateError(`it is nested deeper than ${DEEPEST} levels`, first?.place ?? '', 'make it flatter');
    }
    // The section and the name are place enough: the whole path would be as long as the template is deep.
    level = level.flatMap(({ value, place }) =>
      typeof value !== 'object' || value === null
        ? []
        : Object.entries(value).map(([key, member]) => ({
            value: member,
            place: depth === 0 ? key : depth === 1 ? `${place}.${shorten(key)}` : place,
          })),
    );
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
