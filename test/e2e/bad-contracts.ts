import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';

export const ROOT = resolve(import.meta.dirname, '../..');
export const PRODUCTS = join(ROOT, 'examples/aviation/products');
export const CONTRACT = readFileSync(join(PRODUCTS, 'airports/airports.odcs.yaml'), 'utf8');
export const PRODUCT = readFileSync(join(PRODUCTS, 'airports/airports.odps.yaml'), 'utf8');

/** Folders with something wrong in them, which are gone when the tests of a file are over. */
export class BadFolders {
  /** Below which they are; there from the first test on. */
  place = '';
  #made = 0;

  constructor() {
    beforeAll(() => {
      this.place = mkdtempSync(join(tmpdir(), 'weft-bad-'));
    });
    afterAll(() => rmSync(this.place, { recursive: true, force: true }));
  }

  /** A new folder with these files. */
  with(files: Readonly<Record<string, string>>): string {
    this.#made += 1;
    const folder = join(this.place, String(this.#made));
    mkdirSync(folder);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  }

  /** The contract of the airports with one text in place of another. */
  contract(from: string, to: string): string {
    if (!CONTRACT.includes(from)) throw new Error(`the contract has no ${from}`);
    return this.with({ 'a.odcs.yaml': CONTRACT.replaceAll(from, to), 'a.odps.yaml': PRODUCT });
  }
}

const BOMB = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...'bcdefghi'
    .split('')
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
].join('\n');
const CITY = `      - { name: NAME, logicalType: string, classification: public, description: A city. }\n`;

/** What is wrong with a contract: text that is replaced, what takes its place, and what is said of it. */
export const CONTRACTS: readonly [string, string, string, RegExp][] = [
  [
    'an unknown physical type',
    'physicalType: double',
    'physicalType: doubel',
    /:67:23: error: the physical type "doubel" is unknown/,
  ],
  [
    'an unknown logical type',
    'logicalType: number',
    'logicalType: numbr',
    /:66:22: error: the logical type "numbr" is unknown/,
  ],
  [
    'a column twice',
    '    properties:\n',
    `    properties:\n${CITY.replace('NAME', 'city')}`,
    /error: the column "city" stands twice/,
  ],
  [
    'names that fold together',
    '    properties:\n',
    `    properties:\n${CITY.replace('NAME', 'City')}`,
    /error: the columns "City" and "city" are one to Glue/,
  ],
  ['wrong YAML', 'schema:', 'schema: }', /a\.odcs\.yaml:18:9: error: broken YAML/],
  ['a bomb of aliases', 'schema:', `${BOMB}\nschema:`, /the alias \*a stands inside an anchor/],
  [
    'a location in the bucket of another domain',
    's3://aviation-airport-reference-210000000012-us-east-1/',
    's3://aviation-wildlife-safety-210000000013-us-east-1/',
    /error: the location "s3:\/\/aviation-wildlife-safety-.*" is not below the domain's product bucket/,
  ],
  [
    'a location that climbs out',
    '-us-east-1/products/',
    '-us-east-1/../products/',
    /is not below the domain's product bucket/,
  ],
  [
    'an account of another domain',
    '"210000000012"',
    '"210000000013"',
    /the account 210000000013 does not belong to the domain "airport-reference"/,
  ],
];
