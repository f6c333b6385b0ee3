import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Windows } from '#edge/normalize/aggregate.ts';
import { alarmsOf } from '#edge/normalize/alarm.ts';
import { castTo } from '#edge/normalize/cast.ts';
import { normalize, type RowRules } from '#edge/normalize/row.ts';
import { conversionBetween, convert, units } from '#edge/normalize/unit.ts';
import { parseGlueType } from '#mesh/contract/types.ts';

const type = (text: string) => {
  const parsed = parseGlueType(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};

describe('a value as its type', () => {
  test.each([
    ['string', 'a', 'a'],
    ['string', 5, '5'],
    ['string', { a: 1 }, undefined],
    ['boolean', 'TRUE', true],
    ['boolean', 't', true],
    ['boolean', 0, false],
    ['boolean', 'yes', undefined],
    ['boolean', 'constructor', undefined],
    ['boolean', '__proto__', undefined],
    ['int', '42', 42],
    ['int', ' -7 ', -7],
    ['int', 1.5, undefined],
    ['int', '1e3', undefined],
    ['int', 2 ** 31, undefined],
    ['tinyint', -128, -128],
    ['tinyint', 128, undefined],
    ['bigint', '9223372036854775807', '9223372036854775807'],
    ['bigint', '9223372036854775808', undefined],
    ['bigint', 2 ** 53, undefined],
    ['double', '1.5e3', 1500],
    ['double', 'NaN', undefined],
    ['double', '', undefined],
    ['double', '0x10', undefined],
    ['decimal(6,2)', '1234.5', '1234.50'],
    ['decimal(6,2)', '0.120', '0.12'],
    ['decimal(6,2)', -3, '-3.00'],
    ['decimal(6,2)', '1.005', undefined],
    ['decimal(6,2)', '12345', undefined],
    ['decimal(6,2)', '.', undefined],
    ['varchar(3)', 'abc', 'abc'],
    ['varchar(3)', 'abcd', undefined],
    ['date', '2026-02-28', '2026-02-28'],
    ['date', '2026-02-29', undefined],
    ['date', '2026-03-01T23:30:00-02:00', '2026-03-02'],
    ['timestamp', '2026-03-01T12:00:00Z', '2026-03-01 12:00:00.000'],
    ['timestamp', '2026-03-01 12:00:00.5', '2026-03-01 12:00:00.500'],
    ['timestamp', '2026-03-01 12:00:00+02', '2026-03-01 10:00:00.000'],
    ['timestamp', '2026-03-01 12:00:00.123456+0530', '2026-03-01 06:30:00.123'],
    ['timestamp', '2026-02-30T12:00:00Z', undefined],
    ['timestamp', '2026-03-01', undefined],
    ['timestamp', 'yesterday', undefined],
    ['array<int>', [1, '2'], [1, 2]],
    ['array<int>', [1, 'x'], undefined],
    ['struct<a:int,b:string>', { a: '1', b: null }, { a: 1, b: null }],
    ['struct<a:int>', { c: 1 }, undefined],
    ['map<string,double>', { x: '1.5' }, { x: 1.5 }],
  ])('%s of %j is %j', (name, value, expected) => {
    expect(castTo(type(name), value, 'iso')).toEqual(expected);
  });

  test('times since 1970, in seconds and in milliseconds', () => {
    expect(castTo(type('timestamp'), 1_780_300_800.5, 'epoch-s')).toBe('2026-06-01 08:00:00.500');
    expect(castTo(type('timestamp'), '1780300800000', 'epoch-ms')).toBe('2026-06-01 08:00:00.000');
    expect(castTo(type('date'), 1_780_300_800_000, 'epoch-ms')).toBe('2026-06-01');
    expect(castTo(type('timestamp'), 1e18, 'epoch-ms')).toBeUndefined();
  });

  test('every whole number of a bigint keeps its digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
        expect(String(castTo(type('bigint'), String(number), 'iso'))).toBe(String(number));
      }),
    );
  });
});

describe('units', () => {
  test.each([
    ['degF', 'degC', 212, 100],
    ['degF', 'degC', -40, -40],
    ['degC', 'K', 0, 273.15],
    ['bar', 'kPa', 4.1, 410],
    ['km/h', 'm/s', 36, 10],
    ['kWh', 'MJ', 1, 3.6],
  ])('%s to %s: %d is %d', (from, to, value, expected) => {
    const conversion = conversionBetween(from, to);
    if (conversion === undefined) throw new Error(from);
    expect(convert(value, conversion)).toBe(expected);
    expect(convert('x', conversion)).toBe('x');
  });

  test('there is no way between quantities, and one back from each unit', () => {
    expect(conversionBetween('degC', 'kPa')).toBeUndefined();
    for (const from of units()) expect(conversionBetween(from, from)).toEqual({ multiply: 1, add: 0 });
  });
});

describe('a record as a row', () => {
  const rules: RowRules = {
    drop: ['patient'],
    hashKey: Buffer.from('a key of sixteen'),
    columns: [
      { column: 'machine', type: type('string'), required: true, from: 'meta.machine' },
      { column: 'value', type: type('double'), required: false, from: 'v' },
      { column: 'who', type: type('string'), required: false, from: 'who', hashed: true },
      { column: 'patient', type: type('string'), required: false, from: 'patient' },
      { column: 'number', type: type('bigint'), required: true, from: 'number', value: '$sequence' },
    ],
  };

  test('has the columns of the contract and nothing else', () => {
    const item = normalize({ meta: { machine: 'm' }, v: '1.5', who: 'Ada', patient: 'Ben', note: 'secret' }, rules, 7);
    expect(item).toEqual({
      row: { machine: 'm', value: 1.5, who: expect.stringMatching(/^[0-9a-f]{64}$/), patient: null, number: 7 },
    });
  });

  test('the hash of a person is the same each time, and another with another key', () => {
    const who = (key: string) => {
      const item = normalize({ meta: { machine: 'm' }, who: 'Ada' }, { ...rules, hashKey: Buffer.from(key) }, 1);
      return 'row' in item ? item.row.who : undefined;
    };
    expect(who('one key of a site')).toBe(who('one key of a site'));
    expect(who('one key of a site')).not.toBe(who('another key of it'));
  });

  test.each([
    ['no record', [1], 'NOT_A_RECORD', undefined],
    ['a text', 'half a li', 'NOT_A_RECORD', undefined],
    ['a required field that is not there', { v: 1 }, 'MISSING', 'machine'],
    ['a required field that is empty', { meta: { machine: '' } }, 'MISSING', 'machine'],
    ['a value of another type', { meta: { machine: 'm' }, v: 'warm' }, 'TYPE', 'value'],
  ])('is refused: %s', (_what, record, code, column) => {
    const item = normalize(record, rules, 1);
    expect(item).toMatchObject({ rejected: { code, ...(column === undefined ? {} : { column }) }, record });
    // The reason is sent, and may not hold what must stay.
    if ('rejected' in item) expect(item.rejected.message).not.toContain('warm');
  });

  test('fields that are not kept are not there', () => {
    const item = normalize({ meta: { machine: 'm' }, v: 1, who: 'Ada' }, { ...rules, keep: ['meta', 'v'] }, 1);
    expect(item).toMatchObject({ row: { machine: 'm', value: 1, who: null } });
  });
});

describe('windows', () => {
  const MINUTE = 60_000;
  const at = (minute: number, second = 0) =>
    `2026-06-01 08:${String(minute).padStart(2, '0')}:${String(second).padStart(2, '0')}.000`;
  const start = Date.parse('2026-06-01T08:00:00Z');
  const windows = (closed = 0) =>
    new Windows(
      {
        window: MINUTE,
        wait: 10_000,
        time: 'at',
        by: ['machine'],
        measures: [
          { column: 'readings', measure: 'count' },
          { column: 'mean', measure: 'avg', of: 'v' },
          { column: 'most', measure: 'max', of: 'v' },
        ],
      },
      closed,
    );

  test('are given when newer rows have come, by group, and only once', () => {
    const gathered = windows();
    for (const [machine, v, when] of [
      ['a', 1, at(0, 1)],
      ['a', 3, at(0, 59)],
      ['b', 5, at(0, 30)],
      ['a', 9, at(1, 5)],
    ] as const)
      gathered.add({ machine, v, at: when });
    expect(gathered.over(start + 10 * MINUTE, false)).toBeUndefined();
    gathered.add({ machine: 'a', v: 9, at: at(1, 10) });
    const over = gathered.over(start + 10 * MINUTE, false);
    expect(over).toEqual({
      closed: start + MINUTE,
      rows: [
        { window_start: at(0), machine: 'a', readings: 2, mean: 2, most: 3 },
        { window_start: at(0), machine: 'b', readings: 1, mean: 5, most: 5 },
      ],
    });
    gathered.forget(start + MINUTE);
    expect(gathered.over(start + 10 * MINUTE, false)).toBeUndefined();
    expect(gathered.isLate({ at: at(0, 59) })).toBe(true);
    expect(gathered.isLate({ at: at(1) })).toBe(false);
  });

  test('are given when the source is quiet, and not by one clock that is ahead', () => {
    const gathered = windows();
    gathered.add({ machine: 'a', v: 1, at: at(0, 1) });
    gathered.add({ machine: 'a', v: 1, at: '2031-01-01 00:00:00.000' });
    expect(gathered.over(start + 50_000, false)).toBeUndefined();
    expect(gathered.over(start + 50_000, true)).toBeUndefined();
    expect(gathered.over(start + MINUTE + 10_000, true)?.rows).toHaveLength(1);
  });
});

test('an alarm is raised when the threshold is passed, and again after a row on the other side', () => {
  const rules = [{ name: 'hot', column: 'c', above: 90, by: ['machine'] }];
  const raised = new Set<string>();
  const names = [
    ['a', 91],
    ['a', 95],
    ['b', 99],
    ['a', 80],
    ['a', 90],
    ['a', 90.1],
    ['a', null],
  ].map(([machine, c], at) =>
    alarmsOf({ machine: machine ?? null, c: c ?? null }, at + 1, rules, raised).map(
      ({ of, sequence }) => `${of}${sequence}`,
    ),
  );
  expect(names).toEqual([['a1'], [], ['b3'], [], [], ['a6'], []]);
});
