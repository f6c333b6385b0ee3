/** One scope's policies as text: `global`, or those of the domain that the scope names. */
export interface PolicySet {
  readonly scope: string;
  /** Of the files' names and contents, in hexadecimal. */
  readonly digest: string;
  /** Cedar texts by file name. */
  readonly files: Readonly<Record<string, string>>;
}

/** The sets in force, one for each scope. */
export type PolicySets = readonly PolicySet[];

/** The scope whose policies count for every product, and over every domain's. */
export const GLOBAL_SCOPE = 'global';
