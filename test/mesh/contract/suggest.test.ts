import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { suggest } from '#mesh/contract/suggest.ts';

const LADDER = ['public', 'internal', 'confidential', 'restricted'];
const look = (name: string, type = 'string', values: (string | null)[] = []) => suggest({ name, type }, values, LADDER);

describe('a guess at what a column holds', () => {
  test.each([
    ['email', 'string', 'an e-mail address', 'confidential'],
    ['Customer_EMail_Address', 'varchar(80)', 'an e-mail address', 'confidential'],
    ['mobile_number', 'bigint', 'a telephone number', 'confidential'],
    ['ssn', 'string', 'a national identity number', 'restricted'],
    ['iban', 'string', 'a bank account (IBAN)', 'restricted'],
    ['first_name', 'string', "a person's name", 'confidential'],
    ['date_of_birth', 'date', 'a date of birth', 'confidential'],
    ['lat', 'double', 'a place (latitude or longitude)', 'internal'],
    ['total_cost', 'decimal(10,2)', 'an amount of money', 'confidential'],
    ['salary', 'int', "somebody's pay", 'restricted'],
  ])('%s %s is by its name %s, %s', (name, type, kind, classification) => {
    expect(look(name, type)).toMatchObject({ kind, classification, because: 'by its name' });
  });

  test.each([
    ['id', 'bigint'],
    ['emailed_at', 'timestamp'],
    ['email', 'array<string>'],
    ['airport_name', 'string'],
    ['platform', 'string'],
    ['translation', 'string'],
    ['cost_center', 'string'],
    ['zipped', 'boolean'],
  ])('%s %s is nothing in particular', (name, type) => {
    expect(look(name, type)).toBeUndefined();
  });

  const VALUES: Readonly<Record<string, string[]>> = {
    'an e-mail address': ['a@b.example', 'c.d@e.example', 'f@g.example', 'h@i.example', 'j+k@l.example'],
    'a bank account (IBAN)': [
      'GB82 WEST 1234 5698 7654 32',
      'DE89370400440532013000',
      'FR1420041010050500013M02606',
      'NL91ABNA0417164300',
      'BE68539007547034',
    ],
    'a payment card number': [
      '4111 1111 1111 1111',
      '5500000000000004',
      '340000000000009',
      '30000000000004',
      '6011000000000004',
    ],
    'an address of a machine (IP)': ['10.0.0.1', '192.0.2.255', '198.51.100.7', '203.0.113.9', '8.8.8.8'],
  };

  test.each(Object.entries(VALUES))('by its values, whatever its name: %s', (kind, values) => {
    expect(look('c1', 'string', [null, '', ...values])).toMatchObject({ kind, because: '5 of 5 values look like it' });
  });

  test('needs most of the values, and some of them', () => {
    const mails = VALUES['an e-mail address'] ?? [];
    expect(look('c1', 'string', mails.slice(0, 4))).toBeUndefined();
    expect(look('c1', 'string', [...mails, 'x', 'y'])).toBeUndefined();
  });

  test('does not stand on a name that every value contradicts', () => {
    expect(look('mail', 'string', ['priority', 'express', 'priority', 'bulk', 'express'])).toBeUndefined();
    expect(look('mail', 'string', [null, null])).toMatchObject({ because: 'by its name' });
  });

  test('takes no wrong check digit, and no order number, for an account', () => {
    const wrong = (VALUES['a bank account (IBAN)'] ?? []).map((text) =>
      text.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)),
    );
    expect(look('c1', 'string', wrong)).toBeUndefined();
    expect(look('c1', 'string', ['1', '22', '333', '4444', '55555'])).toBeUndefined();
  });

  test('never tells a value, and names a level of the ladder, whatever the column', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.option(fc.string({ minLength: 4 })), { minLength: 5 }), (name, values) => {
        const found = look(name, 'string', values);
        if (found !== undefined) expect(LADDER).toContain(found.classification);
        for (const value of values)
          if (value !== null && value.length > 12) expect(found?.because ?? '').not.toContain(value);
      }),
    );
  });

  test('stays within a ladder of one level', () => {
    expect(suggest({ name: 'lat', type: 'double' }, [], ['open'])?.classification).toBe('open');
  });
});
