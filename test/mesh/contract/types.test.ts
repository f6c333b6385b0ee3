import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { physicalToGlue } from '#mesh/contract/odcs-type.ts';
import { type GlueType, isWidening, parseGlueType, printGlueType, sameType } from '#mesh/contract/types.ts';

const { type } = fc.letrec<{ type: GlueType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 4 },
    fc
      .constantFrom('boolean', 'tinyint', 'int', 'bigint', 'float', 'double', 'string', 'date', 'timestamp')
      .map((name): GlueType => ({ kind: 'simple', name })),
    fc
      .tuple(fc.integer({ min: 1, max: 38 }), fc.nat(38))
      .map(([precision, scale]): GlueType => ({ kind: 'decimal', precision, scale: Math.min(precision, scale) })),
    fc.integer({ min: 1, max: 255 }).map((length): GlueType => ({ kind: 'sized', name: 'char', length })),
    tie('type').map((element): GlueType => ({ kind: 'array', element })),
    fc.tuple(tie('type'), tie('type')).map(([key, value]): GlueType => ({ kind: 'map', key, value })),
    fc.array(tie('type'), { minLength: 1, maxLength: 3 }).map(
      (types): GlueType => ({
        kind: 'struct',
        fields: types.map((field, index) => ({ name: `f${index}`, type: field })),
      }),
    ),
  ),
}));

describe('Glue types', () => {
  test('print to what they were parsed from', () => {
    fc.assert(fc.property(type, (some) => expect(parseGlueType(printGlueType(some))).toEqual(some)));
  });

  test.each([
    '',
    'array',
    'array<>',
    'array<int',
    'map<int>',
    'struct<>',
    'struct<a>',
    'struct<a:int,a:int>',
    'decimal(39,2)',
    'decimal(2,3)',
    'char(256)',
    'varchar(0)',
    'money',
    'int>',
    'array<int>>',
  ])('"%s" is none', (text) => expect(parseGlueType(text)).toBeUndefined());

  test('that are nested without end are none', () => {
    expect(parseGlueType(`${'array<'.repeat(5000)}int${'>'.repeat(5000)}`)).toBeUndefined();
  });

  test('are the same whatever the case, the blanks and the aliases', () => {
    expect(sameType('STRUCT<a: Integer, b: Array< long >>', 'struct<a:int,b:array<bigint>>')).toBe(true);
    expect(sameType('int', 'bigint')).toBe(false);
  });

  test('never widen to themselves, nor both ways', () => {
    fc.assert(
      fc.property(type, type, (a, b) => {
        const [left, right] = [printGlueType(a), printGlueType(b)];
        expect(isWidening(left, left)).toBe(false);
        expect(isWidening(left, right) && isWidening(right, left)).toBe(false);
      }),
    );
  });
});

describe('physical types of other systems', () => {
  test.each([
    ['VARCHAR(20)', 'varchar(20)'],
    ['NUMBER(10, 2)', 'decimal(10,2)'],
    ['numeric(5)', 'decimal(5,0)'],
    ['double  precision', 'double'],
    ['TIMESTAMPTZ', 'timestamp'],
    ['int8', 'bigint'],
    ['text', 'string'],
    ['array<struct<a:int>>', 'array<struct<a:int>>'],
    ['geometry', undefined],
    ['varchar[15]', 'varchar(15)'],
    ['bpchar', 'string'],
    ['serial', 'int'],
    ['timestamp(6) with time zone', 'timestamp'],
    ['DATETIMEOFFSET', 'timestamp'],
    ['numeric[10,2]', 'decimal(10,2)'],
  ])('%s is %s', (physical, glue) => expect(physicalToGlue(physical)).toBe(glue));
});
