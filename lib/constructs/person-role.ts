import { AccountRootPrincipal, ManagedPolicy, type PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type AcceptedWildcards, acceptWildcards } from './wildcards.ts';

export interface PersonRoleProps {
  readonly roleName: string;
  readonly description: string;
  readonly may: readonly PolicyStatement[];
  /** Why wildcards in `may` stand. */
  readonly wildcards: AcceptedWildcards;
}

/** A role of people. Its account's own identity setup decides who may assume it, so it trusts the account and nobody by name. */
export class PersonRole extends Role {
  constructor(scope: Construct, id: string, { roleName, description, may, wildcards }: PersonRoleProps) {
    super(scope, id, { roleName, description, assumedBy: new AccountRootPrincipal() });
    new ManagedPolicy(this, 'May', { description, roles: [this], statements: [...may] });
    acceptWildcards(this, wildcards);
  }
}
