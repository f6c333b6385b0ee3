import type { Checked } from '../error.ts';
import type { Topology } from './topology.ts';

/** Reads `mesh.yaml`; every problem at once, with its line and column. */
export declare function parseMesh(text: string, file?: string): Checked<Topology>;
