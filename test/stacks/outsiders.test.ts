import { describe, expect, test } from '@jest/globals';
import { appOf, type CfnResource, templatesOf } from './aviation.ts';
import { outsiders, PARTNER } from './outsiders.ts';

const mesh = outsiders();
const account = mesh.domains.find(({ name }) => name === PARTNER)?.account ?? '';
const templates = templatesOf(appOf(mesh));

function ofType(stack: string, type: string): CfnResource[] {
  return Object.values(templates.get(stack)?.Resources ?? {}).filter(({ Type }) => Type === type);
}

const textOf = (stack: string, type: string) => JSON.stringify(ofType(stack, type));

describe('a partner outside the organization', () => {
  test('is let in by name at the API, and reports on the mesh bus by a statement of its own', () => {
    expect(textOf('aviation-governance', 'AWS::ApiGateway::RestApi')).toContain(`:iam::${account}:root`);
    const senders = (domain: string) => textOf(`aviation-enrolment-${domain}`, 'AWS::Events::EventBusPolicy');
    expect(senders(PARTNER)).toContain(`weft.domain.${PARTNER}`);
    expect(senders('flight-operations')).toBe('[]');
  });

  test('accepts invitations, which nobody else may', () => {
    const agentOf = (domain: string) =>
      textOf(`aviation-${domain}`, 'AWS::Lambda::Function') + textOf(`aviation-${domain}`, 'AWS::IAM::Policy');
    for (const word of ['WEFT_INVITATIONS', 'ram:AcceptResourceShareInvitation']) {
      expect(agentOf(PARTNER)).toContain(word);
      expect(agentOf('flight-operations')).not.toContain(word);
    }
  });

  test('puts its product events on the buses of the others, which otherwise take the organization only', () => {
    const statements = ofType('aviation-flight-operations', 'AWS::Events::EventBusPolicy').map(
      ({ Properties }) => Properties,
    );
    expect(statements).toContainEqual(
      expect.objectContaining({
        StatementId: 'partners',
        Statement: expect.objectContaining({ Principal: { AWS: [`arn:aws:iam::${account}:root`] } }),
      }),
    );
  });
});

describe('applications', () => {
  test('are kept in as many parameters as they need, none too long', () => {
    const parameters = ofType('aviation-governance', 'AWS::SSM::Parameter').map(({ Properties }) => Properties);
    const parts = parameters.filter(({ Name } = {}) => String(Name).startsWith('/weft/aviation/applications/'));
    const values = parts.map(({ Value } = {}) => String(Value));
    expect(values.length).toBeGreaterThan(1);
    expect(Math.max(...values.map((value) => value.length))).toBeLessThanOrEqual(4096);
    expect(values.flatMap((value) => JSON.parse(value))).toEqual(mesh.applications);
  });

  test.each([
    'aviation-governance:AWS::ApiGateway::RestApi',
    'aviation-wildlife-safety:AWS::IAM::ManagedPolicy',
  ])('that are not approved are denied by their tag: %s', (where) => {
    const [stack = '', ...type] = where.split(':');
    const document = textOf(stack, type.join(':'));
    const denial = /"Condition":\{"Null":\{"aws:PrincipalTag\/application":"false"\},"StringNotEquals":\{[^}]*\}/.exec(
      document,
    )?.[0];
    expect(denial).toContain('"application-1"');
    expect(denial).not.toContain('"application-0"');
  });

  test('are the only thing that a session of a person may be tagged with', () => {
    const roles = ofType('aviation-wildlife-safety', 'AWS::IAM::Role').map(({ Properties }) =>
      JSON.stringify(Properties),
    );
    const tagged = roles.filter((role) => role.includes('sts:TagSession'));
    expect(tagged).toHaveLength(3);
    for (const role of tagged) expect(role).toContain('"ForAllValues:StringEquals":{"aws:TagKeys":["application"]}');
  });
});
