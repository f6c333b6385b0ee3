import { called } from '../../bin/script.ts';
import openRunFolder from '../run-folder.ts';
import { surviveDeployments } from './deployments.ts';
import { survive } from './durability.ts';

const { kills, deploying } = called({
  usage: 'npm run durability -- [--kills N] [--deploying N]',
  does: 'Kills a local AWS under load and while it deploys a mesh, again and again, and counts what is lost of what it acknowledged.',
  options: {
    kills: { what: 'how often under load', least: 0, usual: 200 },
    deploying: { what: 'how often while it deploys', least: 0, usual: 40 },
  },
}).values;

openRunFolder();
const results = [kills === 0 || (await underLoad()), deploying === 0 || (await whileDeploying())];
process.exitCode = results.every((good) => good) ? 0 : 1;

async function underLoad(): Promise<boolean> {
  const since = stopwatch();
  const { acknowledged, lost, slowestStart } = await survive(kills, (done, writes) => {
    if (done % 10 === 0 || done === kills) console.error(`${done} kills, ${writes} acknowledged writes`);
  });
  console.log(
    `${kills} kills, ${acknowledged} acknowledged writes, ${lost.length} lost or wrong, up again within ${Math.round(slowestStart)} ms, ${since()} s`,
  );
  for (const what of lost) console.log(`  ${what}`);
  if (acknowledged === 0)
    console.error(
      'error: no write was acknowledged, so this shows nothing: more kills, or a machine that is less busy',
    );
  return lost.length === 0 && acknowledged > 0;
}

async function whileDeploying(): Promise<boolean> {
  const since = stopwatch();
  // The CDK is large, and only this needs it.
  const { aviation, synthesize } = await import('../local/mesh.ts');
  const { accountsOf } = await import('#mesh/topology/topology.ts');
  const topology = aviation();
  const mesh = {
    assembly: synthesize(topology),
    organization: topology.organization,
    accounts: accountsOf(topology),
    // One that finds everything there has fewer than a hundred.
    most: 500,
  };
  const { finished, acknowledged, wrong } = await surviveDeployments(deploying, mesh, (done) => {
    if (done % 10 === 0 || done === deploying) console.error(`${done} kills while it deploys`);
  });
  console.log(
    `${deploying} kills while it deploys, ${finished} deployments came to their end, ${acknowledged} acknowledged writes, ${wrong.length} lost or wrong, ${since()} s`,
  );
  for (const what of wrong) console.log(`  ${what}`);
  return wrong.length === 0;
}

function stopwatch(): () => number {
  const started = performance.now();
  return () => Math.round((performance.now() - started) / 1000);
}
