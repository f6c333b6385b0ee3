import { type Document, parseDocument, stringify } from 'yaml';
import type { Checked } from '../../error.ts';
import { Findings } from '../../yaml/findings.ts';
import { readYaml } from '../../yaml/read.ts';
import type { SourceFile } from '../draft.ts';
import { MAX_CONTRACT_BYTES } from '../head.ts';
import type { OdcsContract } from './odcs.ts';
import type { OdpsProduct } from './odps.ts';

/** A document of one of the standards as a whole: a typed model, and the text that it came from. */
export interface StandardDocument<Model> {
  readonly model: Model;
  /** A copy with the value at a path replaced, all else, comments included, as it was. */
  with(path: readonly (string | number)[], value: unknown): StandardDocument<Model>;
  /** The YAML. */
  write(): string;
}

/** Versions whose documents are read: ODCS 3 and later additive ones, ODPS 1, and the drafts that its official examples still name. */
const READ = {
  DataContract: /^v3\.\d+\.\d+$/,
  DataProduct: /^v(0\.9\.\d+|1\.\d+\.\d+)$/,
} as const;

/** Reads a whole ODCS contract, whatever of it Weft uses: only what the standard itself needs to know a document has to be there. */
export function readContract(source: SourceFile): Checked<StandardDocument<OdcsContract>> {
  return read<OdcsContract>(source, 'DataContract');
}

/** Reads a whole ODPS product, whatever of it Weft uses. */
export function readProduct(source: SourceFile): Checked<StandardDocument<OdpsProduct>> {
  return read<OdpsProduct>(source, 'DataProduct');
}

function read<Model>(source: SourceFile, kind: keyof typeof READ): Checked<StandardDocument<Model>> {
  const findings = new Findings('CONTRACT');
  const { view, problems } = readYaml(source, { code: findings.code(1), maxBytes: MAX_CONTRACT_BYTES });
  findings.add(problems);
  if (view === undefined) return findings.outcome<StandardDocument<Model>>(undefined);
  const written = view.text('kind') ?? '';
  if (written !== kind) {
    findings.error(2, (view.get('kind') ?? view).place, `the kind is "${written}"`, `write "kind: ${kind}"`);
  }
  const version = view.text('apiVersion') ?? '';
  if (!READ[kind].test(version)) {
    const fix = `write one that is read, e.g. ${kind === 'DataContract' ? 'v3.1.0' : 'v1.0.0'}`;
    findings.error(3, (view.get('apiVersion') ?? view).place, `the apiVersion is "${version}"`, fix);
  }
  return findings.outcome(findings.failed ? undefined : documentOf<Model>(parseText(source.text)));
}

function parseText(text: string): Document {
  return parseDocument(text, { schema: 'core', uniqueKeys: false, logLevel: 'error' });
}

function documentOf<Model>(document: Document): StandardDocument<Model> {
  return {
    model: document.toJS() as Model,
    with(path, value) {
      const copy = document.clone();
      copy.setIn(path, copy.createNode(value));
      return documentOf<Model>(copy);
    },
    write: () => document.toString({ lineWidth: 0 }),
  };
}

/** A new document from a model, e.g. one that was imported. */
export function writeModel(model: OdcsContract | OdpsProduct): string {
  return stringify(model, { schema: 'core', lineWidth: 0 });
}
