/** One file of a snapshot, relative to its manifest. */
export interface ExportedFile {
  readonly table: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What `manifest.json` beside the files of a snapshot says. */
export interface ExportManifest {
  readonly product: string;
  readonly version: string;
  readonly major: number;
  /** ISO 8601 in UTC. */
  readonly exportedAt: string;
  /** Who exported, and so whose columns and rows these are. */
  readonly principal: string;
  readonly tables: readonly {
    readonly name: string;
    readonly columns: readonly { readonly name: string; readonly type: string }[];
  }[];
  readonly files: readonly ExportedFile[];
}

/** Written last: where it is, the snapshot is whole. */
export const MANIFEST = 'manifest.json';
