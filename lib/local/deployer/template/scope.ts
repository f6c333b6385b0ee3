import { userError, type WeftError } from '#mesh/error.ts';
import type { Template } from './template.ts';

/** Where a stack is deployed: what the pseudo parameters say. */
export interface StackSite {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly stackId: string;
}

/** What a template's expressions may look at while they are evaluated. */
export interface Scope {
  readonly template: Template;
  readonly site: StackSite;
  /** Values of the template's parameters. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The physical id of a resource, or undefined while it is not there. */
  physicalId(logicalId: string): string | undefined;
  /** An attribute of a resource, or undefined when the resource is not there or has no such attribute. */
  attribute(logicalId: string, name: string): unknown;
  /** Whether the named condition holds. */
  condition(name: string): boolean;
  /** What another stack of the account and region exports under that name. */
  exported(name: string): unknown;
  /** The value behind `{{resolve:<service>:<key>}}`. */
  dynamic(service: string, key: string): string | undefined;
}

/** What stands for `AWS::NoValue`: the property that holds it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

/** @returns WeftError `WEFT-LOCAL-011`: an expression of a template that cannot be evaluated, with its place. */
export function templateError(message: string, place: string, hint?: string): WeftError {
  return userError('WEFT-LOCAL-011', `${message} at ${place}`, hint === undefined ? {} : { hint });
}

/** The value of a pseudo parameter, or undefined when there is none of that name. */
export function pseudoParameter(name: string, site: StackSite): unknown {
  switch (name) {
    case 'AWS::AccountId':
      return site.account;
    case 'AWS::Region':
      return site.region;
    case 'AWS::StackName':
      return site.stackName;
    case 'AWS::StackId':
      return site.stackId;
    case 'AWS::Partition':
      return 'aws';
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    case 'AWS::NotificationARNs':
      return [];
    case 'AWS::NoValue':
      return NO_VALUE;
    default:
      return undefined;
  }
}
