import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkAnswers } from '#mesh/template/check-answers.ts';
import { domainLines, enrolDomain } from '#mesh/template/enrol.ts';
import { instantiate } from '#mesh/template/instantiate.ts';
import { fillPlaceholders } from '#mesh/template/placeholders.ts';
import { parseTemplate } from '#mesh/template/template.ts';
import { uuidOf } from '#mesh/template/uuid.ts';
import { type Answers, valuesOf } from '#mesh/template/values.ts';
import { parseMesh } from '#mesh/topology/parse.ts';

const MESH = readFileSync(new URL('../../../examples/aviation/mesh.yaml', import.meta.url), 'utf8');
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (files: readonly { path: string; content: Uint8Array }[]) =>
  Object.fromEntries(files.map(({ path, content }) => [path, new TextDecoder().decode(content)]));

const ANSWERS: Answers = {
  domain: 'sales-orders',
  account: '210000000077',
  owner: 'ada@sales.example',
  contact: 'sales@sales.example',
  mesh: 'aviation',
  region: 'us-east-1',
  organization: 'o-weftdemo01',
  governance: '210000000001',
  classification: '[public, internal]',
  weft: '0.1.0',
  parameters: { product: 'orders' },
};

function aviation(text = MESH) {
  const checked = parseMesh(text);
  if (!checked.ok) throw new Error(checked.problems.map(({ message }) => message).join('; '));
  return checked.value;
}

describe('placeholders', () => {
  test('are replaced; what GitHub Actions takes stays, and so does what nothing stands for, which is told', () => {
    const fill = (name: string) => (name === 'domain' ? 'sales' : undefined);
    expect(fillPlaceholders('{{domain}}: ${{ vars.A }} ${{vars}}\n  {{nobody}} {{ domain }}', fill)).toEqual({
      text: 'sales: ${{ vars.A }} ${{vars}}\n  {{nobody}} {{ domain }}',
      unknown: [{ name: 'nobody', line: 2, column: 3 }],
    });
  });

  test('of accounts: the mesh’s own, else one that nobody has, the same each time', () => {
    const given = valuesOf('t', { ...ANSWERS, parameters: { partner: 'analytics' } }, aviation(), sha256);
    expect(given('account:partner')).toBe('210000000014');
    const fill = valuesOf('aggregate', ANSWERS, aviation(), sha256);
    expect(fill('account:flight-operations')).toBe('210000000011');
    const made = [fill('account:harbours'), fill('account:weather')];
    expect(new Set([...made, ANSWERS.account]).size).toBe(3);
    expect(fill('account:harbours')).toBe(made[0]);
    for (const { account } of aviation().domains) expect(made).not.toContain(account);
  });

  test('have the database of the domain, the parameters, and nothing that was not asked for', () => {
    const fill = valuesOf('aggregate', ANSWERS, undefined, sha256);
    expect(['database', 'product', 'toString', 'uuid', 'other:word'].map(fill)).toEqual([
      'sales_orders',
      'orders',
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('of UUIDs are the same for the same word, domain and template, and others otherwise', () => {
    const one = uuidOf(['a', 'sales', 'orders'], sha256);
    expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidOf(['a', 'sales', 'orders'], sha256)).toBe(one);
    expect(new Set([one, uuidOf(['a', 'sales', 'order'], sha256), uuidOf(['b', 'sales', 'orders'], sha256)]).size).toBe(
      3,
    );
  });
});

describe('a repository', () => {
  const shared = [
    { path: 'README.md', content: bytes('## All\n') },
    { path: 'package.json.template', content: bytes('"{{domain}}"') },
    { path: 'bin/app.ts', content: bytes('const a = `{{domain}}`;') },
    { path: 'mesh.yaml', content: bytes('shared') },
  ];
  const own = [
    { path: 'README.md', content: bytes('# {{domain}}\n') },
    { path: 'template.yaml', content: bytes('summary: x') },
    { path: 'mesh.yaml', content: bytes('own') },
    { path: 'products/{{product}}/a.yaml', content: bytes('id: {{uuid:a}}') },
  ];
  const fill = valuesOf('t', ANSWERS, undefined, sha256);

  test('has the files of all templates and of its own, which win; the front pages one after the other', () => {
    const { files, problems } = instantiate(shared, own, fill);
    expect(problems).toEqual([]);
    expect(texts(files)).toEqual({
      'README.md': '# sales-orders\n\n## All\n',
      'bin/app.ts': 'const a = `{{domain}}`;',
      'mesh.yaml': 'own',
      'package.json': '"sales-orders"',
      'products/orders/a.yaml': expect.stringMatching(/^id: [0-9a-f-]{36}$/),
    });
  });

  test('is not made when a placeholder is unknown: told with its place', () => {
    const { problems } = instantiate([], [{ path: 'a.md', content: bytes('\n {{odd}}') }], fill);
    expect(problems).toMatchObject([{ code: 'WEFT-TEMPLATE-009', file: 'a.md', line: 2, column: 2 }]);
  });
});

describe('template.yaml', () => {
  test('says what it is for, what it asks and what comes next', () => {
    const text =
      'summary: files\nparameters:\n  - { name: product, question: which, default: orders }\nnext: [npm test]\n';
    expect(parseTemplate('t', text, 'template.yaml')).toMatchObject({
      ok: true,
      value: { name: 't', summary: 'files', parameters: [{ name: 'product' }], next: ['npm test'], needs: [] },
    });
  });

  test('with several faults has them all told', () => {
    const { problems } = parseTemplate('t', 'sumary: x\nparameters:\n  - name: Big\n', 'template.yaml');
    expect(problems.map(({ line, message }) => `${line}: ${message}`)).toEqual([
      '1: the key "sumary" is unknown',
      '1: the key "summary" is missing',
      '3: the key "question" is missing',
      '3: the key "default" is missing',
      '3: the parameter "Big" is not lower-case words joined by hyphens',
    ]);
  });
});

describe('answers', () => {
  const wrong = (change: Partial<Answers>, known = aviation()) =>
    checkAnswers({ ...ANSWERS, ...change }, known).map(({ code, message }) => `${code} ${message}`);

  test('that do are taken', () => expect(wrong({})).toEqual([]));

  test.each<[string, Partial<Answers>, RegExp]>([
    ['a name', { domain: 'Sales' }, /^WEFT-TEMPLATE-003 the domain "Sales" is not lower-case words/],
    ['a reserved name', { domain: 'governance' }, /^WEFT-TEMPLATE-003/],
    ['a long name', { domain: 'a'.repeat(25) }, /^WEFT-TEMPLATE-003/],
    ['an account', { account: '12' }, /^WEFT-TEMPLATE-004 the account "12" is not the 12 digits/],
    ['an address that is YAML, too', { owner: 'a@b, c: [d' }, /^WEFT-TEMPLATE-004/],
    ['a region', { region: 'here' }, /^WEFT-TEMPLATE-004/],
    ['a parameter', { parameters: { product: 'a"\nb' } }, /^WEFT-TEMPLATE-004 the parameter product/],
    ['an account of another', { account: '210000000011' }, /^WEFT-TEMPLATE-006 .*is that of flight-operations already/],
    ['the account of governance', { account: '210000000001' }, /^WEFT-TEMPLATE-006 .*is that of governance already/],
    ['the account of the witness', { account: '210000000009' }, /^WEFT-TEMPLATE-006 .*is that of witness already/],
    ['a domain of another account', { domain: 'analytics' }, /^WEFT-TEMPLATE-007 .*with the account 210000000014/],
    [
      'names that make a bucket too long',
      { domain: 'a-very-long-domain-name1', region: 'ap-southeast-1', mesh: 'aviation-two' },
      /^WEFT-TEMPLATE-011 the bucket "aviation-two-a-very-long.*would have 65 characters, at most 63/,
    ],
  ])('with %s that does not do are refused', (_what, change, expected) => {
    expect(wrong(change)).toEqual([expect.stringMatching(expected)]);
  });

  test('several faults are told at once', () => expect(wrong({ account: '', owner: '', region: '' })).toHaveLength(3));
});

describe('a mesh file', () => {
  test('gets the domain after the last one; comments and all else stay as they are', () => {
    const enrolled = enrolDomain(MESH, ANSWERS) ?? '';
    expect(enrolled.replace(domainLines(ANSWERS), '')).toBe(MESH);
    expect(enrolled).toContain(
      'contact: analytics@aviation.example\n  - name: sales-orders\n    account: "210000000077"\n',
    );
    expect(aviation(enrolled).domains.at(-1)).toEqual({
      name: 'sales-orders',
      account: ANSWERS.account,
      owners: [ANSWERS.owner],
      contact: ANSWERS.contact,
    });
  });

  test.each([
    ['without indentation', MESH.replaceAll(/^ {2}(?=- name| {2}(?:account|owners|contact))/gm, '')],
    ['without a last newline', MESH.slice(0, MESH.indexOf('\n\n# Whoever'))],
    [
      'with owners one below the other',
      MESH.replace(
        'owners: [lea.moreau@aviation.example]\n    contact: analytics@aviation.example',
        'contact: x\n    owners:\n      - lea\n      - ada # both',
      ),
    ],
  ])('%s, too', (_what, text) => {
    expect(aviation(enrolDomain(text, ANSWERS) ?? '').domains.map(({ name }) => name)).toEqual([
      ...aviation(text).domains.map(({ name }) => name),
      'sales-orders',
    ]);
  });

  test('whose list has no lines of its own is left alone', () => {
    expect(enrolDomain('domains: [{ name: a }]\n', ANSWERS)).toBeUndefined();
    expect(enrolDomain('mesh: a\n', ANSWERS)).toBeUndefined();
  });

  test('of any number of domains, with comments anywhere, keeps them', () => {
    const word = fc.stringMatching(/^[a-z]{3,8}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        fc.boolean(),
        (names, comment, end) => {
          const items = names.map((name, index) => {
            const account = String(310_000_000_000 + index);
            return domainLines({ domain: name, account, owner: 'a@b', contact: 'c@d' }) + (comment ? '  # next\n' : '');
          });
          const text = `mesh: m\nregion: us-east-1\ngovernance: { account: "210000000001" }\nclassification: [a]\ndomains:\n${items.join('')}${end ? '\n# end\n' : ''}`;
          const enrolled = enrolDomain(text, ANSWERS) ?? '';
          expect(enrolled.replace(domainLines(ANSWERS), '')).toBe(text);
          expect(aviation(enrolled).domains).toHaveLength(names.length + 1);
        },
      ),
      { numRuns: 50 },
    );
  });
});
