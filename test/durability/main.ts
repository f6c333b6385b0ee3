import { parseArgs } from 'node:util';
import { survive } from './durability.ts';

/** `npm run durability -- [--kills N]`: kills a local AWS N times under load, 200 unless told otherwise, and counts what is lost of what it acknowledged. */
const { values } = parseArgs({ options: { kills: { type: 'string', default: '200' } } });
const kills = Number(values.kills);
if (!Number.isInteger(kills) || kills < 1) throw new Error('write a whole number: npm run durability -- --kills 200');

const started = performance.now();
const { acknowledged, lost, slowestStart } = await survive(kills, (done, writes) => {
  if (done % 10 === 0 || done === kills) console.error(`${done} kills, ${writes} acknowledged writes`);
});
const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  `${kills} kills, ${acknowledged} acknowledged writes, ${lost.length} lost or wrong, up again within ${Math.round(slowestStart)} ms, ${seconds} s`,
);
for (const what of lost) console.log(`  ${what}`);
process.exitCode = lost.length === 0 ? 0 : 1;
