import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readType } from '#mesh/contract/odcs-type.ts';
import { readContract, readProduct } from '#mesh/contract/standard/document.ts';
import type { OdcsContract } from '#mesh/contract/standard/odcs.ts';
import { Findings } from '#mesh/yaml/findings.ts';
import { readYaml } from '#mesh/yaml/read.ts';
import type { YamlView } from '#mesh/yaml/view.ts';
import { violations } from './json-schema.ts';

const folder = process.env.WEFT_STANDARDS_DIR ?? '';
const there = existsSync(join(folder, 'odcs/examples'));
const when = there ? describe : describe.skip;

function examples(standard: 'odcs' | 'odps'): [string, string][] {
  if (!there) return [['none', '']];
  const path = join(folder, standard, 'examples');
  return readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8')]);
}

function schema(file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

/** What a file is validated against, or undefined when the folder has no schema of its version. */
function schemaOf(text: string): unknown {
  const { apiVersion } = parse(text) as { apiVersion: string };
  if (apiVersion === 'v3.1.0') return schema('odcs/odcs-json-schema-v3.1.0.json');
  if (apiVersion.startsWith('v3.0')) return schema('odcs/odcs-json-schema-v3.0.2.json');
  return apiVersion === 'v1.0.0' ? schema('odps/odps-json-schema-v1.0.0.json') : undefined;
}

/** Types that the AdventureWorks database defines for itself: what they are stands in no contract, so they are refused. */
const OWN_TYPES = ['Name', 'NameStyle', 'Flag', 'AccountNumber', 'OrderNumber', 'Phone'];

const comments = (text: string) => text.match(/(^|\s)#.*$/gm)?.length ?? 0;

when('the official examples (skipped without WEFT_STANDARDS_DIR)', () => {
  test.each([...examples('odcs'), ...examples('odps')])('%s is read and written without loss', (name, text) => {
    const read = name.includes('odcs') ? readContract : readProduct;
    const checked = read({ file: name, text });
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    expect(checked.value.model).toEqual(parse(text));
    const written = checked.value.write();
    expect(parse(written)).toEqual(parse(text));
    expect(comments(written)).toBe(comments(text));
    const official = schemaOf(text);
    // Some official examples break their own schema: what is written may not break it more than what was read.
    if (official !== undefined) expect(violations(official, parse(written))).toEqual(violations(official, parse(text)));
  });

  test.each(examples('odcs'))('every type of %s is a type of Glue’s', (name, text) => {
    const findings = new Findings('CONTRACT');
    const { view } = readYaml({ file: name, text }, { code: 'X', maxBytes: 1e7 });
    const all = view?.list('schema').flatMap((entry) => entry.list('properties')) ?? [];
    for (const property of all) if (typed(property)) readType(property, findings);
    const unknown = findings.problems.map(({ message }) => /"(.*)"/.exec(message)?.[1] ?? message);
    expect(unknown.filter((type) => !OWN_TYPES.includes(type))).toEqual([]);
  });

  test('of fewer members break the schema, so that the checker can fail', () => {
    const official = schema('odcs/odcs-json-schema-v3.1.0.json');
    const contract: Record<string, unknown> = {
      apiVersion: 'v3.1.0',
      kind: 'DataContract',
      id: 'x',
      version: '1.0.0',
      status: 'active',
    };
    expect(violations(official, contract)).toEqual([]);
    expect(violations(official, { ...contract, id: undefined })).not.toEqual([]);
    expect(violations(official, { ...contract, kind: 'Other' })).not.toEqual([]);
    expect(
      violations(official, { ...contract, schema: [{ name: 't', properties: [{ name: 'c', logicalType: 'money' }] }] }),
    ).not.toEqual([]);
  });
});

function typed(property: YamlView): boolean {
  return property.text('logicalType') !== undefined || property.text('physicalType') !== undefined;
}

describe('a document of a standard', () => {
  const text =
    '# Who\napiVersion: v3.2.0\nkind: DataContract\nid: x # why\nnew: { in: [3.2] }\nschema: [{ name: t, later: 012 }]\n';

  test('keeps what no version that is known here has, and its comments, when a member changes', () => {
    const checked = readContract({ file: 'f', text });
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    const changed = checked.value.with(['schema', 0, 'name'], 'u').with(['status'], 'active');
    const model: OdcsContract = changed.model;
    expect(model).toMatchObject({ new: { in: [3.2] }, status: 'active', schema: [{ name: 'u', later: 12 }] });
    expect(changed.write()).toContain('# Who');
    expect(changed.write()).toContain('id: x # why');
    expect(checked.value.model.schema?.[0]?.name).toBe('t');
  });

  test.each([
    ['kind: DataContract', 'kind: DataProduct', 'WEFT-CONTRACT-002'],
    ['apiVersion: v3.2.0', 'apiVersion: v4.0.0', 'WEFT-CONTRACT-003'],
    ['id: x', 'id: [', 'WEFT-CONTRACT-001'],
  ])('with %s as %s is refused', (from, to, code) => {
    const checked = readContract({ file: 'f', text: text.replace(from, to) });
    expect(checked.ok ? [] : checked.problems.map((problem) => problem.code)).toEqual([code]);
  });
});
