import { AccountRootPrincipal, ManagedPolicy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type AcceptedWildcards, acceptWildcards } from './wildcards.ts';

export interface PersonRoleProps {
  readonly roleName: string;
  readonly description: string;
  readonly may: readonly PolicyStatement[];
  /** Why wildcards in `may` stand. */
  readonly wildcards: AcceptedWildcards;
  /** Session tags that whoever assumes the role may set. Default none. */
  readonly sessionTags?: readonly string[];
}

/** A role of people. Its account's own identity setup decides who may assume it, so it trusts the account and nobody by name. */
export class PersonRole extends Role {
  constructor(scope: Construct, id: string, props: PersonRoleProps) {
    const { roleName, description, may, wildcards, sessionTags = [] } = props;
    super(scope, id, { roleName, description, assumedBy: new AccountRootPrincipal() });
    if (sessionTags.length > 0) {
      this.assumeRolePolicy?.addStatements(
        new PolicyStatement({
          actions: ['sts:TagSession'],
          principals: [new AccountRootPrincipal()],
          conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': [...sessionTags] } },
        }),
      );
    }
    new ManagedPolicy(this, 'May', { description, roles: [this], statements: [...may] });
    acceptWildcards(this, wildcards);
  }
}
