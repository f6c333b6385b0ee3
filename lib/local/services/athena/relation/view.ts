/** A view as Athena keeps it in Glue. */
export interface StoredView {
  readonly originalSql: string;
  readonly catalog?: string;
  readonly schema: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

const ENVELOPE = /^\/\* Presto View: ([A-Za-z0-9+/=]+) \*\/$/;

/** The view in a table's `ViewOriginalText`; undefined for a table. */
export function decodeView(text: string | undefined): StoredView | undefined {
  const encoded = ENVELOPE.exec(text?.trim() ?? '')?.[1];
  if (encoded === undefined) return undefined;
  return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as StoredView;
}

export function encodeView(view: StoredView): string {
  return `/* Presto View: ${Buffer.from(JSON.stringify(view)).toString('base64')} */`;
}
