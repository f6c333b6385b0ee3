import type { DriftFinding } from './finding.ts';

/** An account's Lake Formation settings, as far as the mesh sets them. */
export interface LakeSettingsLike {
  /** ARNs. */
  readonly admins: readonly string[];
  /** True when a new database or table is handed to IAM_ALLOWED_PRINCIPALS. */
  readonly openByDefault: boolean;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface ExpectedSettings {
  /** Roles without which the mesh cannot work in the account. */
  readonly admins: readonly string[];
  /** Absent: it is nothing that this account sets. */
  readonly crossAccountVersion?: string;
}

/** The role that CloudFormation runs as in a bootstrapped account: it administers Lake Formation when the stacks are deployed. */
const DEPLOYER = /:role\/cdk-[a-z0-9]+-cfn-exec-role-/;

/** What was changed in the settings of an account past its stacks. */
export function settingsDrift(expected: ExpectedSettings, found: LakeSettingsLike, account: string): DriftFinding[] {
  const finding = (kind: DriftFinding['kind'], on: string, what: string): DriftFinding => ({ kind, account, on, what });
  const added = found.admins.filter((arn) => !expected.admins.includes(arn) && !DEPLOYER.test(arn));
  const removed = expected.admins.filter((arn) => !found.admins.includes(arn));
  const version = found.parameters.CROSS_ACCOUNT_VERSION;
  const wanted = expected.crossAccountVersion;
  const identity = found.parameters.SET_SOURCE_IDENTITY;
  return [
    ...added.map((arn) =>
      finding('AdministratorAdded', arn, `${arn} administers Lake Formation and may give itself anything`),
    ),
    ...removed.map((arn) => finding('AdministratorRemoved', arn, `${arn} no longer administers Lake Formation`)),
    ...(found.openByDefault
      ? [finding('DefaultsOpened', 'defaults', 'new databases or tables are open to everybody whom IAM lets in')]
      : []),
    ...(wanted === undefined || version === wanted
      ? []
      : [finding('SettingChanged', 'CROSS_ACCOUNT_VERSION', `it is ${version ?? 'not set'} instead of ${wanted}`)]),
    ...(identity === undefined || identity === 'TRUE'
      ? []
      : [finding('SettingChanged', 'SET_SOURCE_IDENTITY', `it is ${identity} instead of TRUE: reads have no names`)]),
  ];
}
