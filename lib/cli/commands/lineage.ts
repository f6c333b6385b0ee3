import { userError } from '#mesh/error.ts';
import type { Direction } from '#mesh/lineage/closure.ts';
import type { LineageGraph } from '#mesh/lineage/graph.ts';
import { type Invocation, numberOption, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { type Io, tone } from '../io.ts';
import { lineageWriter } from '../lineage-files.ts';
import { lineageTree, placeText, TROUBLE } from '../lineage-tree.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io, options } = invocation;
  const place = placeOf(invocation.args[0] ?? '');
  const output = textOption(invocation, 'output');
  const write = output === undefined ? undefined : lineageWriter(output, io.cwd);
  const depth = numberOption(invocation, 'depth', 50);
  const health = options.health === true;
  const wanted = directionsOf(options.up === true, options.down === true, health);
  const connection = await connect(invocation);
  const graph = await connection.api<LineageGraph>({
    method: 'GET',
    path: '/lineage',
    query: {
      ...place,
      major: textOption(invocation, 'major') ?? place.major,
      direction: wanted.length === 2 ? 'both' : wanted[0],
      depth: depth === undefined ? undefined : String(depth),
    },
  });
  write?.(graph, connection.topology);
  if (invocation.json) io.out(`${JSON.stringify(graph)}\n`);
  else if (output !== undefined) io.err(`${output}: ${graph.owners.length} owners, ${graph.edges.length} edges\n`);
  else io.out(health ? healthText(io, graph) : lineageTree(io, graph, wanted));
}

/**
 * The parts of `<domain>/<product>[@<major>][.<table>][.<column>]`; one name alone may be of either.
 * @throws WeftError `WEFT-LINEAGE-013` when it is something else.
 */
export function placeOf(written: string): { product: string; major?: string; table?: string; column?: string } {
  const match = /^([a-z0-9-]+\/[a-z0-9-]+)(?:@(\d+))?(?:\.(\w+))?(?:\.(\w+))?$/i.exec(written);
  if (match === null) {
    throw userError('WEFT-LINEAGE-013', `${JSON.stringify(written)} is no product, table or column`, {
      hint: '<domain>/<product>, <domain>/<product>.<column> or <domain>/<product>.<table>.<column>',
    });
  }
  const [, product = '', major, one, two] = match;
  const column = (two ?? one)?.toLowerCase();
  return {
    product,
    ...(major === undefined ? {} : { major }),
    ...(one === undefined || two === undefined ? {} : { table: one.toLowerCase() }),
    ...(column === undefined ? {} : { column }),
  };
}

/** What is wrong comes from upstream: only that is looked at for it unless somebody asks otherwise. */
function directionsOf(up: boolean, down: boolean, health: boolean): Direction[] {
  if (up === down) return health && !up ? ['up'] : ['up', 'down'];
  return up ? ['up'] : ['down'];
}

function healthText(io: Io, { of, owners, causes, truncated }: LineageGraph): string {
  const unwell = owners.filter(({ trouble }) => trouble.length > 0);
  const products = owners.filter(({ kind }) => kind === 'product').length;
  if (unwell.length === 0) {
    const all = `${products} ${products === 1 ? 'product is' : 'products are'} well, as far as anybody says`;
    return `${tone(io, 'good', all)}\n`;
  }
  const lines = unwell.flatMap(({ id, trouble }) =>
    trouble.map(({ condition, reason, message, since }) => {
      const cause = causes.includes(id) ? tone(io, 'bad', '  the cause') : '';
      const why = message === undefined ? reason : message;
      return `${placeText({ owner: id })}  ${TROUBLE[condition]} since ${since.slice(0, 16).replace('T', ' ')}: ${why}${cause}`;
    }),
  );
  const blamed = causes.map((id) => placeText({ owner: id })).join(', ');
  const more = truncated ? ['there is more, further away'] : [];
  return `${[tone(io, 'strong', `${placeText(of)}: ${blamed} is not well upstream`), ...lines, ...more].join('\n')}\n`;
}
