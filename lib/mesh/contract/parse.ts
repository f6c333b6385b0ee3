import type { Checked } from '../error.ts';
import type { Topology } from '../topology/topology.ts';
import type { ProductDraft, SourceFile } from './draft.ts';

export type { DraftState, ProductDraft, SourceFile } from './draft.ts';

/** Reads a product folder: one ODPS document and the ODCS contracts of its output ports. */
export declare function parseProduct(
  files: { readonly product: SourceFile; readonly contracts: readonly SourceFile[] },
  topology: Topology,
): Checked<ProductDraft>;
