import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TEMPLATES = fileURLToPath(new URL('../../domain-templates/', import.meta.url));

/** What the placeholders of a template stand for in these tests. */
const VALUES: Readonly<Record<string, string>> = {
  domain: 'sales',
  database: 'sales',
  mesh: 'shop',
  region: 'eu-central-1',
  governance: '210000000001',
  account: '210000000011',
  owner: 'sal@shop.example',
  contact: 'sales@shop.example',
  weft: '0.1.0',
  'uuid:product': '6d0f3b0e-0a53-4f6e-9d0e-0d2a6f3a0001',
  'uuid:contract': '6d0f3b0e-0a53-4f6e-9d0e-0d2a6f3a0002',
};

/** A repository made of a template, in a folder of its own. */
export function repositoryOf(template: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'weft-repository-'));
  for (const part of ['shared', template]) cpSync(join(TEMPLATES, part), folder, { recursive: true });
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || entry.name.endsWith('.ts')) continue;
    writeFileSync(path, filled(readFileSync(path, 'utf8')));
    if (filled(entry.name) !== entry.name) renameSync(path, join(entry.parentPath, filled(entry.name)));
  }
  return folder;
}

function filled(text: string): string {
  return text.replaceAll(/\{\{([\w:-]+)\}\}/g, (whole, name: string) => VALUES[name] ?? whole);
}
