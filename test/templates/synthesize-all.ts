import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Synthesizes several repositories in one process, which loads the CDK once: `node synthesize-all.ts <repository> …`, each into its `cdk.out`. Their apps take
 * from the environment what `cdk synth` gives them, and synthesize when the process ends.
 */
for (const repository of process.argv.slice(2)) {
  const { context } = JSON.parse(readFileSync(join(repository, 'cdk.json'), 'utf8')) as { context?: object };
  process.env.CDK_OUTDIR = join(repository, 'cdk.out');
  process.env.CDK_CONTEXT_JSON = JSON.stringify(context ?? {});
  await import(pathToFileURL(join(repository, 'bin/app.ts')).href);
}
