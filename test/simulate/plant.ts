import { registerHooks } from 'node:module';
import { CORE_PLANTS } from './core/plants.ts';
import { PLANTS } from './plants.ts';
import { UNPROVEN_PLANTS } from './unproven-plants.ts';

/** Loaded before the program (`node --import`): puts the defect that `WEFT_PLANT` names into the source as it is read. */
const plant = [...PLANTS, ...UNPROVEN_PLANTS, ...CORE_PLANTS].find(({ name }) => name === process.env.WEFT_PLANT);
if (plant === undefined) throw new Error(`there is no plant \`${process.env.WEFT_PLANT}\``);
let planted = false;
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith(`/${plant.file}`)) return loaded;
    const source = String(loaded.source);
    if (source.split(plant.out).length !== 2) throw new Error(`${plant.file} does not say once: ${plant.out}`);
    planted = true;
    return { ...loaded, source: source.replace(plant.out, () => plant.in) };
  },
});
process.on('exit', (code) => {
  if (!planted) console.error(`${plant.file} was not loaded`);
  process.exitCode = planted ? code : 2;
});
