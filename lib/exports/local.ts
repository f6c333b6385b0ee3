// A mesh for the tests of a domain's repository: `weft/local`.
export { DomainMesh, type Row, type Wish } from '#cli/kit/domain-mesh.ts';
export type { Taken } from '#cli/kit/exchange.ts';
export { type OpenMeshOptions, openMesh } from '#cli/kit/open-mesh.ts';
