import type { ProductRecord, ProductState } from '../product/product.ts';

/** A file that a user handed in: its name for messages, and what it says. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** ODPS's `status` of a product. */
export type DraftState = ProductState;

/** What a product folder declares, after validation: the desired part of a `ProductRecord`. */
export type ProductDraft = Pick<
  ProductRecord,
  | 'domain'
  | 'name'
  | 'major'
  | 'version'
  | 'title'
  | 'description'
  | 'owner'
  | 'contact'
  | 'tags'
  | 'ports'
  | 'classification'
  | 'tables'
  | 'sla'
  | 'kpis'
  | 'holdBack'
> & {
  readonly draftState: DraftState;
  /** The announced end of a deprecated version, from `weft.sunset`: ISO 8601. */
  readonly sunset?: string;
};
