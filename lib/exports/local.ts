// A mesh for the tests of a domain's repository: `weft/local`.
export { bringUp } from '#cli/local-mesh.ts';
