import { ACCOUNT_CHECKS } from './account-checks.ts';
import { BREAKER_CHECKS } from './breaker-checks.ts';
import { CALLER_CHECKS } from './caller-checks.ts';
import type { Check } from './check.ts';
import { FILE_CHECKS } from './file-checks.ts';
import { LOCAL_CHECKS } from './local-checks.ts';
import { MACHINE_CHECKS } from './machine-checks.ts';
import { MESH_CHECKS } from './mesh-checks.ts';
import { SHARING_CHECKS } from './sharing-checks.ts';

/** Every check, in the order in which one rests on another. */
export const CHECKS: readonly Check[] = [
  ...MACHINE_CHECKS,
  ...FILE_CHECKS,
  ...LOCAL_CHECKS,
  ...CALLER_CHECKS,
  ...ACCOUNT_CHECKS,
  ...SHARING_CHECKS,
  ...BREAKER_CHECKS,
  ...MESH_CHECKS,
];
