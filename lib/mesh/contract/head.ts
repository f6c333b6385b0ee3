import type { Findings } from '../yaml/findings.ts';
import { readYaml } from '../yaml/read.ts';
import type { YamlView } from '../yaml/view.ts';
import type { SourceFile } from './draft.ts';
import { majorOf } from './semver.ts';

/** The longest product or contract file that is read, in bytes. */
export const MAX_CONTRACT_BYTES = 5_000_000;

/** Opens a document of one of the standards: sound YAML of the right kind and API version, or undefined. */
export function openDocument(
  source: SourceFile,
  kind: 'DataProduct' | 'DataContract',
  findings: Findings,
): YamlView | undefined {
  const { view, problems } = readYaml(source, { code: findings.code(1), maxBytes: MAX_CONTRACT_BYTES });
  findings.add(problems);
  if (view === undefined) return undefined;
  if (view.text('kind') !== kind) {
    const place = view.get('kind')?.place ?? { file: source.file, line: 1, column: 1 };
    findings.error(
      2,
      place,
      `the kind is "${view.text('kind') ?? ''}", here it has to be "${kind}"`,
      `write "kind: ${kind}"`,
    );
    return undefined;
  }
  const known = kind === 'DataProduct' ? /^v(0\.9\.0|1\.\d+\.\d+)$/ : /^v3\.\d+\.\d+$/;
  const apiVersion = view.text('apiVersion') ?? '';
  if (!known.test(apiVersion)) {
    const wanted = kind === 'DataProduct' ? 'v1.0.0' : 'v3.1.0';
    const message = `the apiVersion is "${apiVersion}", which is not read`;
    findings.error(3, (view.get('apiVersion') ?? view).place, message, `write "apiVersion: ${wanted}"`);
    return undefined;
  }
  return view;
}

/** The text of a key that has to be there; the empty text when it is not. */
export function required(view: YamlView, key: string, findings: Findings): string {
  const text = view.text(key);
  if (text === undefined) findings.error(4, view.place, `the key "${key}" is missing`, `add "${key}"`);
  return text ?? '';
}

/** A semantic version that has to be there, with its major number (0 when it is wrong). */
export function readVersion(view: YamlView, findings: Findings): { version: string; major: number } {
  const version = required(view, 'version', findings);
  const major = majorOf(version);
  if (version !== '' && major === undefined) {
    const place = (view.get('version') ?? view).place;
    findings.error(
      5,
      place,
      `the version "${version}" is not a semantic version`,
      'write major.minor.patch, e.g. 1.0.0',
    );
  }
  return { version, major: major ?? 0 };
}
