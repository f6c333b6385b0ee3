import { type Environment, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AuditRules } from '#mesh/audit/rules/rule.ts';
import type { PolicySets } from '#mesh/policy/policy-sets.ts';
import type { Topology } from '#mesh/topology/topology.ts';

/** What every stack of a mesh is made from. */
export interface MeshSite {
  readonly topology: Topology;
  /** Where `lambdas/` is. Default: the repository's. */
  readonly lambdas?: string;
  readonly options: MeshOptions;
  /** They travel in the code of the Lambda that evaluates them. */
  readonly auditRules: AuditRules;
  /** They travel in the code of the Lambdas that decide (ADR 0004). */
  readonly policies: PolicySets;
}

/** Choices that an installation makes beside `mesh.yaml`, given as CDK context. */
export interface MeshOptions {
  /** Days for which nobody, root included, can delete an audit entry. Context `auditRetentionDays`; default 365. */
  readonly auditRetentionDays: number;
  /** Bytes that one query may scan at most. Context `queryCutoffBytes`; default 100 GiB. */
  readonly queryCutoffBytes: number;
  /** Create the Glue database `default`, which Athena asks for; false where it exists. Context `defaultDatabase`; default true. */
  readonly defaultDatabase: boolean;
}

/** The stage of the API; the roles of the domains name it in their policies. */
export const API_STAGE = 'v1';

export function environmentOf(topology: Topology, account: string): Required<Environment> {
  return { account, region: topology.region };
}

/** Not every version of CloudFormation's schema of a Glue connection has tags, and it costs nothing itself. */
const UNTAGGED = ['AWS::Glue::Connection'];

/** Puts the tags that costs are attributed by on everything in a scope that can cost something. */
export function tagCosts(scope: Construct, mesh: string, owner: string): void {
  Tags.of(scope).add('weft:mesh', mesh, { excludeResourceTypes: UNTAGGED });
  Tags.of(scope).add('weft:domain', owner, { excludeResourceTypes: UNTAGGED });
}
