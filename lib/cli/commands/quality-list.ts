import { benchmark, type Standing } from '#mesh/quality/benchmark.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { tone } from '../io.ts';
import { everyProduct } from '../pages.ts';
import { rounded } from '../quality.ts';
import { renderTable } from '../table.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const domain = textOption(invocation, 'domain');
  const products = await everyProduct(connection, {}, io);
  // All are compared, whatever is shown.
  const standings = benchmark(products).filter(
    ({ product }) => domain === undefined || product.startsWith(`${domain}/`),
  );
  if (invocation.json) {
    io.out(`${JSON.stringify({ standings })}\n`);
    return;
  }
  if (standings.length === 0) {
    io.err(`nothing was measured yet\n${tone(io, 'dim', 'next:')} weft quality run <product> --as <domain>/producer\n`);
    return;
  }
  const number = (title: string, value: (one: Standing) => string) => ({ title, value, right: true });
  io.out(
    renderTable(
      standings,
      [
        { title: 'product', value: ({ product, major }) => `${product} v${major}`, whole: true },
        number('rules', ({ rules }) => String(rules)),
        number('score', ({ score }) => String(rounded(score))),
        number('to median', ({ aboveMedian }) => `${aboveMedian < 0 ? '' : '+'}${rounded(aboveMedian)}`),
        { title: 'trend', value: ({ trend }) => trend },
        number('good', ({ budget }) => `${rounded(budget.good)} %`),
        number('budget used', ({ budget }) => (budget.used > 1e6 ? 'all' : `${Math.round(budget.used)} %`)),
        number('promises broken', ({ broken }) => String(broken)),
      ],
      io.columns,
    ),
  );
}
