import { userError } from '#mesh/error.ts';
import type { TableDuty } from '#mesh/retention/duty.ts';
import type { Slice, TablePlan } from '#mesh/retention/plan.ts';
import { disposalName } from '#mesh/topology/names.ts';
import { domainOfAccount } from '#mesh/topology/topology.ts';
import { askFunction } from '../ask-function.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { type Io, tone } from '../io.ts';
import { renderTable } from '../table.ts';
import { dayText } from '../time-text.ts';
import { splitProduct } from './product-show.ts';

interface Answer {
  readonly tables: readonly { readonly duty: TableDuty; readonly plan: TablePlan }[];
}

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const id = invocation.args[0] ?? '';
  const { domain } = splitProduct(id);
  const connection = await connect(invocation);
  const own = domainOfAccount(connection.topology, connection.account)?.name;
  if (own !== domain) {
    throw userError('WEFT-RETENTION-009', `${own ?? `account ${connection.account}`} does not have the data of ${id}`, {
      hint: `what would go is seen where it lies: ask with --as ${domain}/producer or ${domain}/steward`,
    });
  }
  const name = disposalName(connection.topology.mesh, domain);
  const answer = await askFunction<Answer>(connection, name, { action: 'plan', product: id });
  if (invocation.json) io.out(`${JSON.stringify(answer)}\n`);
  else if (answer.tables.length === 0) io.err(`${id} has no retention, or no data yet: nothing ever goes\n`);
  else for (const { duty, plan } of answer.tables) render(io, duty, plan);
}

interface Row {
  readonly slice: Slice;
  readonly when: string;
}

function render(io: Io, duty: TableDuty, plan: TablePlan): void {
  const from = duty.from === undefined ? '' : ` as ${duty.from} does`;
  io.err(`${tone(io, 'strong', duty.table)} keeps ${duty.period}${from}: past is what ended by ${plan.cutoff}\n`);
  const rows: Row[] = [
    ...plan.held.map((slice) => ({ slice, when: `held by ${duty.holds.join(', ')}` })),
    ...plan.goes.map((slice) => ({ slice, when: 'with the next run' })),
    ...plan.waits.map(({ slice, goesAt }) => ({ slice, when: dayText(goesAt) })),
    ...plan.news.map((slice) => ({ slice, when: 'to be announced' })),
  ];
  const versions = ({ slice }: Row) => slice.versions.filter(({ marker }) => !marker);
  if (rows.length > 0) {
    io.out(
      renderTable(
        rows,
        [
          { title: 'what', value: ({ slice }) => slice.id, whole: true },
          { title: 'objects', value: (row) => String(versions(row).length), right: true },
          {
            title: 'bytes',
            value: (row) => String(versions(row).reduce((sum, { bytes }) => sum + bytes, 0)),
            right: true,
          },
          { title: 'goes', value: ({ when }) => when },
        ],
        io.columns,
      ),
    );
  }
  for (const { what, reason } of plan.untouched) io.err(`${tone(io, 'warn', 'stays')}: ${what}: ${reason}\n`);
  if (rows.length === 0 && plan.untouched.length === 0) io.err('nothing is past, or soon to be\n');
}
