export { type GlueType, parseGlueType, printGlueType, sameType } from './glue-type.ts';
export { isWidening } from './widening.ts';
