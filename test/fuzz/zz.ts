import { chanceOf } from './chance.ts';
import { target } from './targets/sql.ts';

const from = Number(process.argv[2]),
  to = Number(process.argv[3]);
const bench = await target.open();
for (let i = from; i < to; i++) {
  const input = target.make(chanceOf(2, i));
  console.log(i, JSON.stringify(input).slice(0, 1500));
  const [v] = await bench.judge([input]);
  console.log('   ', JSON.stringify(v));
}
await bench.close?.();
