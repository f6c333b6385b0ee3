import type { Checked } from '../error.ts';
import { Findings } from '../yaml/findings.ts';
import { readYaml } from '../yaml/read.ts';
import type { YamlView } from '../yaml/view.ts';

/** Something that a template asks for beside what each one needs. */
export interface TemplateParameter {
  /** The placeholder that it fills. */
  readonly name: string;
  readonly question: string;
  readonly default: string;
}

/** What `template.yaml` says of a template. */
export interface Template {
  readonly name: string;
  /** One sentence: when to take it. */
  readonly summary: string;
  readonly parameters: readonly TemplateParameter[];
  /** The commands that come after `weft domain new`, in order. */
  readonly next: readonly string[];
  /** Servers that a try-out of its pipeline takes beside `weft local`, e.g. `postgresql`. */
  readonly needs: readonly string[];
}

const KEYS = ['summary', 'parameters', 'next', 'needs'];
const PARAMETER_KEYS = ['name', 'question', 'default'];
const MAX_BYTES = 100_000;
const WORD = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Reads a `template.yaml`; every problem at once, under `WEFT-TEMPLATE-001`. */
export function parseTemplate(name: string, text: string, file: string): Checked<Template> {
  const findings = new Findings('TEMPLATE');
  const { view, problems } = readYaml({ file, text }, { code: findings.code(1), maxBytes: MAX_BYTES });
  findings.add(problems);
  if (view === undefined) return findings.outcome<Template>(undefined);
  refuseUnknown(view, KEYS, findings);
  return findings.outcome({
    name,
    summary: needed(view, 'summary', findings),
    parameters: view.list('parameters').map((item) => {
      refuseUnknown(item, PARAMETER_KEYS, findings);
      const parameter = needed(item, 'name', findings);
      if (!WORD.test(parameter)) {
        const message = `the parameter "${parameter}" is not lower-case words joined by hyphens`;
        findings.error(1, (item.get('name') ?? item).place, message, 'name it like a placeholder');
      }
      return {
        name: parameter,
        question: needed(item, 'question', findings),
        default: needed(item, 'default', findings),
      };
    }),
    next: texts(view, 'next'),
    needs: texts(view, 'needs'),
  });
}

function needed(view: YamlView, key: string, findings: Findings): string {
  const text = view.text(key);
  if (text === undefined) findings.error(1, view.place, `the key "${key}" is missing`, `add "${key}: …"`);
  return text ?? '';
}

function texts(view: YamlView, key: string): string[] {
  return view.list(key).flatMap((item) => item.written ?? []);
}

function refuseUnknown(view: YamlView, known: readonly string[], findings: Findings): void {
  for (const { key, place } of view.entries) {
    if (!known.includes(key)) findings.error(1, place, `the key "${key}" is unknown`, `use one of ${known.join(', ')}`);
  }
}
