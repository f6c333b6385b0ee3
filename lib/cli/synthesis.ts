import { readFileSync } from 'node:fs';
import { WeftError } from '#mesh/error.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { buildApp } from '#stacks/app.ts';

/**
 * Runs in a process of its own, because the CDK keeps some hundred megabytes: `{ topology, outdir }` on stdin, templates in `outdir`, an error
 * that the user can mend as JSON on stdout.
 */
const { topology, outdir } = JSON.parse(readFileSync(0, 'utf8')) as { topology: Topology; outdir: string };
try {
  buildApp(topology, { outdir }).synth();
} catch (error) {
  if (!(error instanceof WeftError)) throw error;
  const { code, message, hint, source } = error;
  process.stdout.write(JSON.stringify({ code, message, hint, source }));
  process.exitCode = 1;
}
