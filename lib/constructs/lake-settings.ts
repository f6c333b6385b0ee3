import { Stack } from 'aws-cdk-lib';
import { CfnDataLakeSettings } from 'aws-cdk-lib/aws-lakeformation';
import type { Construct } from 'constructs';

export interface LakeSettingsProps {
  /** ARNs of the roles that administer Lake Formation in this account, besides CloudFormation's own. */
  readonly admins: readonly string[];
  /** `CROSS_ACCOUNT_VERSION`, `1` to `5`. */
  readonly crossAccountVersion: string;
  /** Accounts whose trails may name this account's principals when these use what those shared. Default none. */
  readonly trustedResourceOwners?: readonly string[];
}

/** The role that CloudFormation runs as in a bootstrapped account. */
function deploymentRoleArn(stack: Stack): string {
  return `arn:aws:iam::${stack.account}:role/cdk-hnb659fds-cfn-exec-role-${stack.account}-${stack.region}`;
}

/**
 * The account's Lake Formation settings: nothing goes to IAMAllowedPrincipals by default, and administrators are added to those that
 * are there, because the settings are one for each account and a list that replaces locks others out.
 */
export class LakeSettings extends CfnDataLakeSettings {
  constructor(scope: Construct, id: string, props: LakeSettingsProps) {
    super(scope, id, {
      mutationType: 'APPEND',
      admins: [deploymentRoleArn(Stack.of(scope)), ...props.admins].map((arn) => ({
        dataLakePrincipalIdentifier: arn,
      })),
      createDatabaseDefaultPermissions: [],
      createTableDefaultPermissions: [],
      parameters: { CROSS_ACCOUNT_VERSION: props.crossAccountVersion, SET_SOURCE_IDENTITY: 'TRUE' },
      trustedResourceOwners: props.trustedResourceOwners ? [...props.trustedResourceOwners] : undefined,
    });
  }
}
