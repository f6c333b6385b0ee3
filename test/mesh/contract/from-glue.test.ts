import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { fromGlueType } from '#mesh/contract/from-glue.ts';
import { readType } from '#mesh/contract/odcs-type.ts';
import { type GlueType, printGlueType } from '#mesh/contract/types.ts';
import { Findings } from '#mesh/yaml/findings.ts';
import { readYaml } from '#mesh/yaml/read.ts';

const scalars = [
  'boolean',
  'tinyint',
  'smallint',
  'int',
  'bigint',
  'float',
  'double',
  'string',
  'binary',
  'date',
  'timestamp',
];

const { type } = fc.letrec<{ type: GlueType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...scalars).map((name): GlueType => ({ kind: 'simple', name })),
    fc
      .tuple(fc.integer({ min: 1, max: 38 }), fc.nat(38))
      .map(([precision, scale]): GlueType => ({ kind: 'decimal', precision, scale: Math.min(precision, scale) })),
    fc
      .tuple(fc.constantFrom('char' as const, 'varchar' as const), fc.integer({ min: 1, max: 255 }))
      .map(([name, length]): GlueType => ({ kind: 'sized', name, length })),
    tie('type').map((element): GlueType => ({ kind: 'array', element })),
    fc.tuple(tie('type'), tie('type')).map(([key, value]): GlueType => ({ kind: 'map', key, value })),
    fc
      .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z][a-z0-9_-]{0,5}$/), tie('type')), {
        minLength: 1,
        maxLength: 3,
        selector: ([name]) => name,
      })
      .map((fields): GlueType => ({ kind: 'struct', fields: fields.map(([name, field]) => ({ name, type: field })) })),
  ),
}));

function toGlue(property: unknown): string | undefined {
  const findings = new Findings('CONTRACT');
  const { view } = readYaml(
    { text: stringify(property, { aliasDuplicateObjects: false }) },
    { code: 'X', maxBytes: 1e6 },
  );
  const read = view && readType(view, findings);
  expect(findings.problems).toEqual([]);
  return read;
}

describe('a type of Glue’s', () => {
  test('is the same after a way through a contract', () => {
    fc.assert(
      fc.property(type, (some) =>
        expect(toGlue({ name: 'c', ...fromGlueType(printGlueType(some)) })).toBe(printGlueType(some)),
      ),
    );
  });

  test.each([
    'boolean',
    'tinyint',
    'smallint',
    'int',
    'bigint',
    'float',
    'double',
    'string',
    'date',
    'timestamp',
  ])('%s is said by the logical type alone', (name) => {
    const { physicalType: _, ...logical } = fromGlueType(name);
    expect(toGlue({ name: 'c', ...logical })).toBe(name);
  });

  test('that is nested is spelled out', () => {
    expect(fromGlueType('array<struct<a:int,b:map<string,int>>>')).toEqual({
      logicalType: 'array',
      items: {
        logicalType: 'object',
        properties: [
          { name: 'a', logicalType: 'integer', physicalType: 'int', logicalTypeOptions: { format: 'i32' } },
          { name: 'b', logicalType: 'object', physicalType: 'map<string,int>' },
        ],
      },
    });
  });
});
