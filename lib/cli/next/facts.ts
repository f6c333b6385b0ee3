/** What is found where `weft` is run, and in the mesh that is reached from there. */
export interface Facts {
  /** `WEFT_API_URL` is set: the mesh is on AWS. */
  readonly remote: boolean;
  /** Who asks, as `--as` or `WEFT_AS` says. */
  readonly as?: string;
  /** The mesh file of this folder, and how many errors it has. */
  readonly meshFile?: { readonly name: string; readonly errors: number };
  /** A repository that depends on the package `weft`, and whether its packages are there. */
  readonly repository?: { readonly installed: boolean };
  /** The product folders below this one. */
  readonly products: readonly LocalProduct[];
  /** The local mesh of this folder. */
  readonly local: 'none' | 'stopped' | 'starting' | 'up';
  /** What the mesh tells; absent where there is none, or none that answers. */
  readonly mesh?: MeshFacts;
  /** Why the mesh does not tell. */
  readonly silent?: string;
}

export interface LocalProduct {
  /** As a command takes it, e.g. `products/flights`. */
  readonly folder: string;
  readonly errors: number;
  /** `<domain>/<product>` and version of a contract that can be read. */
  readonly id?: string;
  readonly domain?: string;
  readonly version?: string;
}

/** What counts for what to do next, of everything that a mesh tells. */
export interface MeshFacts {
  readonly name: string;
  readonly domains: readonly string[];
  readonly products: readonly {
    readonly id: string;
    readonly domain: string;
    readonly major: number;
    readonly version: string;
    readonly published: boolean;
    /** Why it is not ready; absent when it is. */
    readonly failed?: string;
    readonly quarantined: boolean;
    readonly database: string;
    readonly tables: readonly string[];
  }[];
  readonly subscriptions: readonly {
    readonly id: string;
    readonly product: string;
    readonly owner: string;
    readonly consumer: string;
    readonly state: string;
    /** Who may still say yes, as `--as` takes them. */
    readonly deciders: readonly string[];
  }[];
}
