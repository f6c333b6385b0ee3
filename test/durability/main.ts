import { called } from '../../bin/script.ts';
import openRunFolder from '../run-folder.ts';
import { survive } from './durability.ts';

const { kills } = called({
  usage: 'npm run durability -- [--kills N]',
  does: 'Kills a local AWS under load, again and again, and counts what is lost of what it acknowledged.',
  options: { kills: { what: 'how often', least: 1, usual: 200 } },
}).values;

openRunFolder();
const started = performance.now();
const { acknowledged, lost, slowestStart } = await survive(kills, (done, writes) => {
  if (done % 10 === 0 || done === kills) console.error(`${done} kills, ${writes} acknowledged writes`);
});
const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  `${kills} kills, ${acknowledged} acknowledged writes, ${lost.length} lost or wrong, up again within ${Math.round(slowestStart)} ms, ${seconds} s`,
);
for (const what of lost) console.log(`  ${what}`);
if (acknowledged === 0)
  console.error('error: no write was acknowledged, so this shows nothing: more kills, or a machine that is less busy');
process.exitCode = lost.length === 0 && acknowledged > 0 ? 0 : 1;
