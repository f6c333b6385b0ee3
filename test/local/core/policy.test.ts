import { beforeEach, describe, expect, test } from '@jest/globals';
import { callerFor } from '#local/core/cloud.ts';
import { setOrganization } from '#local/core/organization.ts';
import { admits, judgePolicy, type PolicyDocument, type Statement } from '#local/core/policy.ts';
import type { Caller } from '#local/core/service.ts';
import { Store } from '#local/core/store.ts';

const ROLE = callerFor('arn:aws:iam::111111111111:role/path/someone', 'me');
const EVENTS: Caller = { kind: 'service', account: '111111111111', arn: 'events.amazonaws.com', principalId: 'events' };
const RESOURCE = 'arn:aws:sqs:us-east-1:222222222222:queue';

function policy(statement: Partial<Statement>): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: RESOURCE, ...statement }],
  };
}

describe('a resource policy', () => {
  let store: Store;
  beforeEach(() => {
    store = new Store();
    setOrganization(store, '111111111111', 'o-mesh');
  });
  const judge = (statement: Partial<Statement>, keys = {}, caller: Caller = ROLE) =>
    judgePolicy(store, policy(statement), { caller, action: 'sqs:SendMessage', resource: RESOURCE, keys });

  test.each<[string, Partial<Statement>, string]>([
    ['everybody', {}, 'allow'],
    ['another action', { Action: 'sqs:Receive*' }, 'none'],
    ['an action with a wildcard and other case', { Action: ['SQS:send*'] }, 'allow'],
    ['another resource', { Resource: `${RESOURCE}2` }, 'none'],
    ['a resource with a wildcard', { Resource: 'arn:aws:sqs:*:222222222222:q*' }, 'allow'],
    ['NotAction', { Action: undefined, NotAction: 'sqs:SendMessage' }, 'none'],
    ['NotResource', { Resource: undefined, NotResource: 'arn:aws:sqs:*:*:other' }, 'allow'],
    ['the account', { Principal: { AWS: '111111111111' } }, 'allow'],
    ['the root of the account', { Principal: { AWS: ['arn:aws:iam::111111111111:root'] } }, 'allow'],
    ['another account', { Principal: { AWS: '222222222222' } }, 'none'],
    ['the role', { Principal: { AWS: 'arn:aws:iam::111111111111:role/path/someone' } }, 'allow'],
    ['the session', { Principal: { AWS: 'arn:aws:sts::111111111111:assumed-role/someone/me' } }, 'allow'],
    ['a service only', { Principal: { Service: 'events.amazonaws.com' } }, 'none'],
    ['NotPrincipal', { Principal: undefined, NotPrincipal: { AWS: '111111111111' } }, 'none'],
    ['no principal at all', { Principal: undefined }, 'none'],
    ['the organization', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-mesh' } } }, 'allow'],
    ['another organization', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-other' } } }, 'none'],
    ['a key in other case', { Condition: { StringEquals: { 'AWS:principalaccount': '111111111111' } } }, 'allow'],
    ['an ARN pattern', { Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/path/*' } } }, 'allow'],
    ['a missing key', { Condition: { StringEquals: { 'x:y': 'z' } } }, 'none'],
    ['a missing key, negated', { Condition: { StringNotEquals: { 'x:y': 'z' } } }, 'allow'],
    ['a missing key, IfExists', { Condition: { StringEqualsIfExists: { 'x:y': 'z' } } }, 'allow'],
    ['Null', { Condition: { Null: { 'x:y': 'true' } } }, 'allow'],
    ['Null of a key that is there', { Condition: { Null: { 'aws:PrincipalAccount': true } } }, 'none'],
    ['Bool', { Condition: { Bool: { 'aws:PrincipalIsAWSService': 'true' } } }, 'none'],
    [
      'a policy variable',
      { Condition: { StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } } },
      'allow',
    ],
    ['an unknown operator in an Allow', { Condition: { StringMaybe: { 'aws:PrincipalAccount': '1' } } }, 'none'],
    ['an unknown operator in a Deny', { Effect: 'Deny', Condition: { StringMaybe: { 'aws:x': '1' } } }, 'deny'],
    ['an address', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }, 'none'],
  ])('%s', (_name, statement, verdict) => {
    expect(judge(statement)).toBe(verdict);
  });

  test('ForAllValues needs every value, ForAnyValue one, and an absent key satisfies only ForAllValues', () => {
    const all = { Condition: { 'ForAllValues:StringLike': { 'k:t': ['a*', 'b'] } } };
    const any = { Condition: { 'ForAnyValue:StringLike': { 'k:t': ['a*', 'b'] } } };
    expect([judge(all, { 'k:t': ['ax', 'b'] }), judge(all, { 'k:t': ['ax', 'c'] }), judge(all)]).toEqual([
      'allow',
      'none',
      'allow',
    ]);
    expect([judge(any, { 'k:t': ['c', 'b'] }), judge(any, { 'k:t': ['c'] }), judge(any)]).toEqual([
      'allow',
      'none',
      'none',
    ]);
  });

  test('a Deny wins whatever allows', () => {
    const both = { Statement: [...[policy({}).Statement].flat(), ...[policy({ Effect: 'Deny' }).Statement].flat()] };
    const request = { caller: ROLE, action: 'sqs:SendMessage', resource: RESOURCE };
    expect(judgePolicy(store, both as PolicyDocument, request)).toBe('deny');
  });

  test('the own account needs no Allow, another account and a service do', () => {
    const request = { action: 'sqs:SendMessage', resource: RESOURCE };
    expect(admits(store, undefined, '111111111111', { ...request, caller: ROLE })).toBe(true);
    expect(admits(store, undefined, '222222222222', { ...request, caller: ROLE })).toBe(false);
    expect(admits(store, undefined, '111111111111', { ...request, caller: EVENTS })).toBe(false);
    const service = policy({
      Principal: { Service: 'events.amazonaws.com' },
      Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:us-east-1:111111111111:rule/r' } },
    });
    const sourceArn = (arn: string) => ({ ...request, caller: EVENTS, keys: { 'aws:SourceArn': arn } });
    const rule = 'arn:aws:events:us-east-1:111111111111:rule/r';
    expect(admits(store, service, '222222222222', sourceArn(rule))).toBe(true);
    expect(admits(store, service, '222222222222', sourceArn(`${rule}2`))).toBe(false);
  });
});
