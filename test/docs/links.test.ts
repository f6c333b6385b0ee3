import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';
import { parseAllDocuments } from 'yaml';
import { openSqlParser } from '#mesh/audit/reads/sql-parser.ts';

const MODULE = fileURLToPath(import.meta.resolve('@polyglot-sql/sdk/polyglot_sql.wasm'));
const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = globSync(['*.md', 'docs/**/*.md', 'lib/**/*.md', 'examples/**/*.md', 'test/**/*.md'], {
  cwd: ROOT,
}).sort();

const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');
const withoutCode = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = plain.replaceAll(/[^\p{L}\p{N}\- _]/gu, '').replaceAll(' ', '-');
    let name = anchor;
    for (let count = 1; anchors.has(name); count += 1) name = `${anchor}-${count}`;
    anchors.add(name);
  }
  return anchors;
}

describe('the pages', () => {
  test('there are some', () => {
    expect(PAGES.length).toBeGreaterThan(25);
  });

  test.each(PAGES)('%s: every link leads somewhere', (page) => {
    const links = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const dead = links
      .filter((target) => !/^(https?|mailto):/.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(ROOT, file))) return true;
        return anchor !== undefined && !anchorsOf(read(file)).has(anchor);
      });
    expect(dead).toEqual([]);
  });
});

/** The fenced blocks of every page, by language. */
const blocks = PAGES.flatMap((page) =>
  [...read(page).matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```/gm)].map(([, language = '', text = '']) => ({
    page,
    language,
    text,
  })),
);
/** What each language is checked by; shell and Python are those of the guides, which are followed. */
const CHECKS: Readonly<Record<string, (text: string) => unknown>> = {
  yaml: (text) => {
    for (const document of parseAllDocuments(text))
      if ('errors' in document && document.errors[0]) throw document.errors[0];
  },
  json: (text) => JSON.parse(text),
  ts: (text) => parseSync(text, { syntax: 'typescript' }),
  sh: () => undefined,
  text: () => undefined,
  python: () => undefined,
};

describe('what the pages show', () => {
  test('is in a language that is checked, and well formed', () => {
    expect(blocks.length).toBeGreaterThan(50);
    const wrong = blocks.flatMap(({ page, language, text }) => {
      try {
        const check = CHECKS[language];
        if (check === undefined && language !== 'sql') return [`${page}: nobody checks ${language}`];
        check?.(text);
        return [];
      } catch (error) {
        return [`${page}: ${text}: ${(error as Error).message}`];
      }
    });
    expect(wrong).toEqual([]);
  });

  test('is SQL that can be read', async () => {
    const parser = await openSqlParser(() => readFileSync(MODULE));
    for (const { text } of blocks.filter(({ language }) => language === 'sql'))
      expect([text, parser(text) !== undefined]).toEqual([text, true]);
  });
});
