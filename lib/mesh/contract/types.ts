export { type GlueType, parseGlueType, printGlueType, type StructField, sameType } from './glue-type.ts';
export { isWidening } from './widening.ts';
