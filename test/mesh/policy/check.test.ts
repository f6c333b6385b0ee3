import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { POLICY_SCHEMA } from '#constructs/policy-folder.ts';
import { checkPolicySets } from '#mesh/policy/check.ts';
import { BUILT_IN, cedar, setOf } from './engine.ts';

const options = {
  cedar: cedar(),
  schema: readFileSync(POLICY_SCHEMA, 'utf8'),
  ladder: ['public', 'internal', 'confidential', 'restricted'],
  domains: ['sales'],
  approvers: ['owner', 'legal'],
};

const check = (text: string, scope = 'global') => checkPolicySets([setOf(scope, text)], options);
const policy = (body: string, annotations = '@id("a") @message("m")') => `${annotations}\n${body}`;
const ANY = 'forbid (principal, action, resource)';

describe('a policy', () => {
  test.each<[string, string, string, number, number, string]>([
    [
      'that Cedar cannot parse',
      policy('forbid (principal action, resource);'),
      'POLICY-020',
      2,
      19,
      'unexpected token `action`',
    ],
    [
      'with an accent before the place',
      `// été\n@id("a") @message("é") forbid (principal action);`,
      'POLICY-020',
      2,
      42,
      'unexpected token',
    ],
    ['without a semicolon', policy(ANY), 'POLICY-020', 2, 37, 'unexpected end'],
    ['with a slot', policy('forbid (principal == ?principal, action, resource);'), 'POLICY-020', 2, 22, '?principal'],
    ['without an id', policy(`${ANY};`, '@message("m")'), 'POLICY-021', 1, 1, 'no @id'],
    ['with an id in capitals', policy(`${ANY};`, '@id("Owner") @message("m")'), 'POLICY-021', 1, 1, '"Owner"'],
    [
      'twice',
      policy(`${ANY};\n${policy(`${ANY};`)}`),
      'POLICY-022',
      3,
      1,
      'stands twice, first at global/test.cedar:1',
    ],
    ['without a message', policy(`${ANY};`, '@id("a")'), 'POLICY-023', 1, 1, 'no @message'],
    [
      'in a mode that nobody knows',
      policy(`${ANY};`, '@id("a") @message("m") @mode("dry")'),
      'POLICY-024',
      1,
      1,
      '"dry"',
    ],
    [
      'a permit that asks',
      policy('permit (principal, action, resource);', '@id("a") @message("m") @ask("owner")'),
      'POLICY-025',
      1,
      1,
      'on a permit',
    ],
    [
      'that asks nobody',
      policy(`${ANY};`, '@id("a") @message("m") @ask("")'),
      'POLICY-025',
      1,
      1,
      'names no approvers',
    ],
    [
      'that looks into an entity',
      policy(`${ANY} when { Weft::Product::"a/b".level > 1 };`),
      'POLICY-026',
      1,
      1,
      'looks into Weft::Product::"a/b"',
    ],
    [
      'that reads what there is not',
      policy(`${ANY}\nwhen { resource.colour == "red" };`),
      'POLICY-030',
      3,
      8,
      'colour',
    ],
    [
      'that compares a text with a number',
      policy(`${ANY} when { resource.level == "high" };`),
      'POLICY-030',
      2,
      45,
      'Long and String',
    ],
    [
      'about a role that there is not',
      policy('forbid (principal in Weft::Role::"king", action, resource);'),
      'POLICY-030',
      2,
      22,
      'king',
    ],
    [
      'that reads what is not always there',
      policy(
        'forbid (principal, action == Weft::Action::"subscribe", resource)\nwhen { context.expiresAt < context.now };',
      ),
      'POLICY-030',
      3,
      8,
      'expiresAt',
    ],
    [
      'about an action that nobody takes',
      policy('forbid (principal, action == Weft::Action::"dance", resource);'),
      'POLICY-030',
      2,
      30,
      'dance',
    ],
    [
      'that can never hold',
      policy('forbid (principal, action == Weft::Action::"subscribe", resource) when { principal is Weft::Domain };'),
      'POLICY-031',
      1,
      1,
      'policy is impossible',
    ],
    [
      'about resources of another type',
      policy('forbid (principal, action == Weft::Action::"subscribe", resource is Weft::Column);'),
      'POLICY-031',
      1,
      1,
      'unable to find an applicable action',
    ],
    [
      'whose message names a fact that nobody has',
      policy(`${ANY};`, '@id("a") @message("no {resource.colour}")'),
      'POLICY-032',
      1,
      1,
      '{resource.colour}',
    ],
    [
      'whose message names a fact of other questions',
      policy(`${ANY};`, '@id("a") @message("no {context.level}")'),
      'POLICY-032',
      1,
      1,
      '{context.level}',
    ],
    [
      'that asks somebody who is not there',
      policy(`${ANY};`, '@id("a") @message("m") @ask("owner,king")'),
      'POLICY-033',
      1,
      1,
      '"king"',
    ],
  ])('%s is found with its place', (_what, text, code, line, column, said) => {
    const problems = check(text);
    expect(problems).toContainEqual(expect.objectContaining({ code: `WEFT-${code}`, file: 'global/test.cedar' }));
    const found = problems.find((problem) => problem.code === `WEFT-${code}`);
    expect(found?.message).toContain(said);
    expect([found?.line, found?.column]).toEqual([line, column]);
  });

  test('that is broken does not hide the others', () => {
    const problems = check(
      'permit (principal, action, resource)when {;\n@id("b") @message("m") forbid (principal, action, resource) when { resource.colour };',
    );
    expect(problems.map(({ code }) => code)).toEqual(expect.arrayContaining(['WEFT-POLICY-020', 'WEFT-POLICY-030']));
  });

  test('may hold semicolons and quotes in texts and comments', () => {
    expect(
      check('// a; b "c\n@id("a") @message("one; \\"two\\"; // three") forbid (principal, action, resource);'),
    ).toEqual([]);
  });

  test('of a domain that the mesh does not have holds for nothing', () => {
    expect(check(policy(`${ANY};`), 'marketing')).toEqual([
      expect.objectContaining({ code: 'WEFT-POLICY-034', severity: 'error' }),
    ]);
    expect(check(policy(`${ANY};`), 'sales')).toEqual([]);
  });
});

describe("a domain's permit", () => {
  const permit = (condition: string, action = 'export') =>
    checkPolicySets(
      [
        ...BUILT_IN,
        setOf(
          'sales',
          policy(`permit (principal, action == Weft::Action::"${action}", resource) when { ${condition} };`),
        ),
      ],
      {
        ...options,
        approvers: ['owner', 'platform'],
      },
    );

  test('that a global policy always overrules is shown with both ids', () => {
    expect(permit('context.top && principal in Weft::Domain::"finance"')).toEqual([
      expect.objectContaining({
        code: 'WEFT-POLICY-035',
        severity: 'warning',
        file: 'sales/test.cedar',
        line: 1,
        message: expect.stringMatching(/`sales\/a` permits what .*`global\/export\.top`.* refuse/),
      }),
    ]);
    expect(permit('resource.state == "retired" && context.purpose == Weft::Purpose::"archive"', 'renew')).toEqual([
      expect.objectContaining({
        code: 'WEFT-POLICY-035',
        message: expect.stringContaining('`global/subscribe.retired`'),
      }),
    ]);
  });

  test('that counts sometimes is not', () => {
    expect(permit('context.purpose == Weft::Purpose::"audit"')).toEqual([]);
    expect(permit('context.level >= 1')).toEqual([]);
  });
});
