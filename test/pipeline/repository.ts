import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFiles } from '#cli/template/new-repository.ts';
import { templateNamed } from '#cli/template/template-folder.ts';
import { writeFiles } from '#cli/template/write-files.ts';

/** A repository made of a template, in a folder of its own. */
export function repositoryOf(template: string, domain = 'sales'): string {
  const folder = mkdtempSync(join(tmpdir(), 'weft-repository-'));
  const files = repositoryFiles(
    template,
    {
      domain,
      account: '210000000011',
      owner: 'sal@shop.example',
      contact: 'sales@shop.example',
      mesh: 'shop',
      region: 'eu-central-1',
      organization: 'o-weftdemo01',
      governance: '210000000001',
      classification: '[public, internal, confidential, restricted]',
      weft: '0.1.0',
      parameters: Object.fromEntries(templateNamed(template).parameters.map((one) => [one.name, one.default])),
    },
    undefined,
  );
  writeFiles(folder, files);
  return folder;
}
