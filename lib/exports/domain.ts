// What a domain's CDK app is made of: `weft/domain`.
export { meshOptions } from '#stacks/mesh-options.ts';
