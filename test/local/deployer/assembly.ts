import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Template } from '#local/deployer/template/template.ts';

export interface StackSource {
  readonly account?: string;
  readonly region?: string;
  readonly template: Template;
  readonly dependencies?: readonly string[];
  readonly parameters?: Readonly<Record<string, string>>;
  /** Files of one asset directory, whose hash is `asset`. */
  readonly asset?: Readonly<Record<string, string>>;
}

export const ACCOUNT = '111111111111';

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'weft-'));
}

/** Writes a cloud assembly as `cdk synth` would, one artifact for each stack. */
export function writeAssembly(stacks: Readonly<Record<string, StackSource>>, directory = temporaryFolder()): string {
  const artifacts: Record<string, unknown> = {};
  for (const [name, stack] of Object.entries(stacks)) {
    const { account = ACCOUNT, region = 'us-east-1', template, parameters } = stack;
    write(directory, `${name}.template.json`, template);
    write(directory, `${name}.assets.json`, { version: '48.0.0', files: filesOf(name, stack, directory) });
    artifacts[`${name}.assets`] = { type: 'cdk:asset-manifest', properties: { file: `${name}.assets.json` } };
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      environment: `aws://${account}/${region}`,
      properties: { templateFile: `${name}.template.json`, parameters },
      dependencies: [`${name}.assets`, ...(stack.dependencies ?? [])],
    };
  }
  write(directory, 'manifest.json', { version: '48.0.0', artifacts });
  return directory;
}

function filesOf(name: string, { asset }: StackSource, directory: string): Record<string, unknown> {
  const destination = (objectKey: string) => ({
    here: { bucketName: 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}', objectKey },
  });
  const template = {
    source: { path: `${name}.template.json`, packaging: 'file' },
    destinations: destination(`${name}.json`),
  };
  if (asset === undefined) return { [`template-${name}`]: template };
  const hash = `asset${Object.values(asset).join('').length}`;
  for (const [file, text] of Object.entries(asset)) write(join(directory, hash), file, text);
  const code = { source: { path: hash, packaging: 'zip' }, destinations: destination(`${hash}.zip`) };
  return { [`template-${name}`]: template, [hash]: code };
}

function write(directory: string, file: string, content: unknown): void {
  const path = join(directory, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}
