import { describe, expect, test } from '@jest/globals';
import { anotherDomain, appOf, aviation, type CfnTemplate, templatesOf } from './aviation.ts';

const before = templatesOf(appOf(aviation()));

function text(templates: Map<string, CfnTemplate>, name: string): string {
  return JSON.stringify(templates.get(name));
}

/** The types of the resources that differ. */
function changedTypes(one: CfnTemplate | undefined, other: CfnTemplate | undefined): string[] {
  const changed = Object.entries(other?.Resources ?? {}).filter(
    ([id, resource]) => JSON.stringify(one?.Resources[id]) !== JSON.stringify(resource),
  );
  return [...new Set(changed.map(([, { Type }]) => Type))].sort();
}

describe('stacks of the example', () => {
  test('are one foundation and one stack for each account, and one enrolment for each domain', () => {
    expect([...before.keys()].sort()).toEqual(
      [
        'aviation-audit',
        'aviation-governance',
        'aviation-governance-foundation',
        'aviation-witness',
        'aviation-organization-trail',
        ...aviation().domains.flatMap(({ name }) => [
          `aviation-${name}`,
          `aviation-${name}-foundation`,
          `aviation-enrolment-${name}`,
        ]),
      ].sort(),
    );
  });

  test('keep their logical ids', () => {
    const ids = Object.fromEntries(
      [...before].map(([stack, { Resources }]) => [
        stack,
        Object.entries(Resources)
          .filter(([, { Type }]) => Type !== 'AWS::ApiGateway::Deployment')
          .map(([id, { Type }]) => `${id} ${Type}`)
          .sort(),
      ]),
    );
    expect(ids).toMatchSnapshot();
  });

  test('give the same logical ids in every domain, so that what is true of one is true of all', () => {
    const shape = (name: string) => Object.keys(before.get(name)?.Resources ?? {}).sort();
    for (const { name } of aviation().domains) {
      expect(shape(`aviation-${name}`)).toEqual(shape('aviation-analytics'));
      expect(shape(`aviation-${name}-foundation`)).toEqual(shape('aviation-analytics-foundation'));
    }
  });
});

describe('one domain more', () => {
  const topology = aviation();
  const added = anotherDomain();
  const after = templatesOf(appOf({ ...topology, domains: [...topology.domains, added] }));

  // The trail's tables name the accounts that they are read of.
  const others = [...before.keys()].filter((name) => name !== 'aviation-audit');

  test('adds its own three stacks and changes no other but the tables of the trail', () => {
    const fresh = [...after.keys()].filter((name) => !before.has(name));
    expect(fresh.sort()).toEqual(
      [`aviation-${added.name}`, `aviation-${added.name}-foundation`, `aviation-enrolment-${added.name}`].sort(),
    );
    for (const name of others) expect([name, text(after, name)]).toEqual([name, text(before, name)]);
    const kinds = changedTypes(before.get('aviation-audit'), after.get('aviation-audit'));
    expect(kinds).toEqual(['AWS::Glue::Table']);
  });

  test('first in mesh.yaml changes no other either', () => {
    const first = templatesOf(appOf({ ...topology, domains: [added, ...topology.domains] }));
    for (const name of others) expect([name, text(first, name)]).toEqual([name, text(before, name)]);
  });

  test('without an organization changes only the policies of the API, of the other domains’ buses, and of the trail’s bucket and key beside its own', () => {
    const alone = { ...topology, organization: undefined };
    const less = templatesOf(appOf(alone));
    const more = templatesOf(appOf({ ...alone, domains: [...topology.domains, added] }));
    const changed = [...less.keys()].filter((name) => text(less, name) !== text(more, name));
    const buses = topology.domains.map(({ name }) => `aviation-${name}`);
    const trail = ['aviation-audit', 'aviation-governance-foundation'];
    expect(changed.sort()).toEqual(['aviation-governance', ...trail, ...buses].sort());
  });
});

/** The name in a Glue resource is inside its input. */
function inputOf({ DatabaseInput }: Readonly<Record<string, unknown>>, key: string): unknown {
  return (DatabaseInput as Record<string, unknown> | undefined)?.[key];
}

describe('two meshes', () => {
  const topology = aviation();
  const [domain = anotherDomain()] = topology.domains;
  const second = { ...topology, mesh: 'rail', domains: [{ ...domain, name: 'timetables' }] };
  const both = templatesOf(appOf({ ...topology, domains: [domain] }, second));

  test('in the same accounts share no physical name, but for the database that Athena asks for', () => {
    const names = new Map<string, string[]>();
    for (const [stack, { Resources }] of both) {
      const account =
        stack.includes('governance') || stack.includes('audit') || stack.includes('enrolment') ? 'g' : 'd';
      for (const { Type, Properties = {} } of Object.values(Resources)) {
        for (const key of ['RoleName', 'BucketName', 'TableName', 'QueueName', 'AliasName', 'FunctionName', 'Name']) {
          const name = Properties[key] ?? inputOf(Properties, key);
          if (typeof name !== 'string' || Type.startsWith('AWS::ApiGateway')) continue;
          const id = `${account} ${Type} ${name}`;
          names.set(id, [...(names.get(id) ?? []), stack]);
        }
      }
    }
    const shared = [...names].filter(([, stacks]) => stacks.length > 1).map(([name]) => name);
    expect(shared).toEqual(['d AWS::Glue::Database default']);
    expect(names.size).toBeGreaterThan(20);
  });
});
