import { AccountRootPrincipal, ManagedPolicy, type PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export interface PersonRoleProps {
  readonly roleName: string;
  readonly description: string;
  readonly may: readonly PolicyStatement[];
}

/** A role of people. Its account's own identity setup decides who may assume it, so it trusts the account and nobody by name. */
export class PersonRole extends Role {
  constructor(scope: Construct, id: string, { roleName, description, may }: PersonRoleProps) {
    super(scope, id, { roleName, description, assumedBy: new AccountRootPrincipal() });
    new ManagedPolicy(this, 'May', { description, roles: [this], statements: [...may] });
  }
}
