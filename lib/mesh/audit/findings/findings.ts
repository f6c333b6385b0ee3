import { ACCESS_FINDINGS } from './access.ts';
import { ADMINISTRATION_FINDINGS } from './administration.ts';
import type { Finding } from './finding.ts';
import { PRODUCT_FINDINGS } from './products.ts';

/** Every finding, those about access first. */
export const FINDINGS: readonly Finding[] = [...ACCESS_FINDINGS, ...PRODUCT_FINDINGS, ...ADMINISTRATION_FINDINGS];
