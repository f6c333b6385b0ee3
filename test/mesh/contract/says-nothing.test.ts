import { describe, expect, test } from '@jest/globals';
import { readDerived } from '#mesh/contract/meaning.ts';
import { parseFile } from '#mesh/contract/parse.ts';
import { readYaml } from '#mesh/yaml/read.ts';
import { TOPOLOGY } from '../fixtures.ts';

const entry = (text: string) => {
  const { view } = readYaml({ text }, { code: 'WEFT-X-001', maxBytes: 10_000 });
  if (view === undefined) throw new Error(text);
  return readDerived(view);
};

describe('what a table is made of', () => {
  test.each([
    ['an empty list on a column', 'properties: [{ name: a, transformSourceObjects: [] }]'],
    ['an empty text on a column', 'properties: [{ name: a, transformLogic: "" }]'],
    ['an empty property of its own', 'customProperties: [{ property: weft.derivedFrom, value: [] }]'],
  ])('is not told by %s', (_what, text) => {
    expect(entry(text)).toEqual({});
  });

  test.each([
    ['a name on a column', 'properties: [{ name: a, transformSourceObjects: [raw.a] }]'],
    ['a sentence on a column', 'properties: [{ name: a, transformDescription: counted }]'],
    ['a property of its own', 'customProperties: [{ property: weft.derivedFrom, value: [raw] }]'],
  ])('is told by %s', (_what, text) => {
    expect(entry(text)).toMatchObject({ derived: true });
  });
});

test('an output port of a type that every object has as a member is none', () => {
  const text =
    'apiVersion: v1.0.0\nkind: DataProduct\nid: x\nname: x\nversion: 1.0.0\nstatus: active\ndomain: sales\ndescription: { purpose: x }\nteam: { name: x }\noutputPorts: [{ name: a, type: constructor, version: 1.0.0, contractId: c }]\n';
  const problems = parseFile({ file: 'p.odps.yaml', text }, TOPOLOGY);
  expect(problems.map(({ code }) => code)).toContain('WEFT-CONTRACT-014');
});

test('an alias without an anchor is told with its place', () => {
  const { problems } = readYaml({ file: 'f', text: 'a: 1\nb: *c\n' }, { code: 'WEFT-X-001', maxBytes: 100 });
  expect(problems).toMatchObject([{ line: 2, column: 4, message: expect.stringContaining('*c') }]);
});
