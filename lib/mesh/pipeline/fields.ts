import type { Place } from '../error.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';

/** Where the parts of a pipeline stand. */
export interface Places {
  readonly root: Place;
  step(index: number, key: string): Place;
  landing(table: string): Place;
  exchange(index: number, key: string): Place;
}

/** Reads the members of `pipeline.yaml`, and keeps what is wrong with them. */
export class PipelineFields {
  readonly findings: Findings;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  refuseUnknown(view: YamlView, known: readonly string[]): void {
    for (const { key, place } of view.entries) {
      if (!known.includes(key)) {
        this.findings.error(2, place, `the key "${key}" is unknown`, `use one of ${known.join(', ')}`);
      }
    }
  }

  missing(view: YamlView, key: string, what: string): void {
    this.findings.error(3, view.place, `the key "${key}" is missing`, `add "${key}": ${what}`);
  }

  isMap(view: YamlView, what: string): boolean {
    if (view.kind === 'map') return true;
    this.findings.error(4, view.place, `${what} is not a mapping`, 'write keys with values');
    return false;
  }

  refuse(view: YamlView, message: string, allowed: string): void {
    this.findings.error(4, view.place, message, `write ${allowed}`);
  }

  text(view: YamlView, key: string, pattern: RegExp, what: string): string {
    const value = view.get(key);
    if (value === undefined) {
      this.missing(view, key, what);
      return '';
    }
    const written = value.written?.trim() ?? '';
    if (pattern.test(written)) return written;
    this.refuse(value, `"${key}" is "${written}"`, what);
    return '';
  }

  oneOf<T extends string>(view: YamlView, key: string, allowed: readonly [T, ...T[]]): T {
    const written = this.text(view, key, new RegExp(`^(?:${allowed.join('|')})$`), `one of ${allowed.join(', ')}`);
    return allowed.find((known) => known === written) ?? allowed[0];
  }

  /** A folder of the landing bucket, with its final slash; what Weft itself writes there is no place for files. */
  folder(view: YamlView, key: string): string {
    const written = this.text(
      view,
      key,
      /^(?!\.)[\w.=-]+(\/(?!\.)[\w.=-]+)*\/?$/,
      'a folder of the landing bucket, e.g. orders/',
    );
    const folder = written === '' || written.endsWith('/') ? written : `${written}/`;
    if (!isWeftsOwn(folder)) return folder;
    this.refuse(view.get(key) ?? view, `"${key}" is "${written}", which Weft writes itself`, 'another folder');
    return '';
  }
}

/** Folders of the landing bucket that the pipeline, connectors, streams and sites write by themselves: a step over them would be started by what it does. */
export function isWeftsOwn(folder: string): boolean {
  return /^(?:runs|quarantine|spill|failed|edge)\//.test(folder);
}
