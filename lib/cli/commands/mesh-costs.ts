import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { toCsv } from '#mesh/audit/report/csv.ts';
import { parsePeriod } from '#mesh/audit/report/period.ts';
import { amountText, inCents } from '#mesh/costs/amount.ts';
import { type CostPart, splitBill } from '#mesh/costs/split.ts';
import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { measuredIn } from '../costs/measured.ts';
import { readBill } from '../costs/read-bill.ts';
import { busy } from '../io.ts';
import { renderTable } from '../table.ts';

const COLUMNS = ['domain', 'account', 'service', 'by', 'amount', 'currency'] as const;

export async function run(invocation: Invocation): Promise<undefined> {
  const { io, json } = invocation;
  const file = textOption(invocation, 'bill');
  const written = textOption(invocation, 'period');
  if (file === undefined || written === undefined) {
    throw userError('WEFT-CLI-146', 'a bill and its period are needed', {
      hint: 'weft mesh costs --bill october.csv --period 2026-10',
    });
  }
  const output = textOption(invocation, 'output');
  if (output !== undefined && !output.endsWith('.csv')) {
    throw userError('WEFT-CLI-147', `nothing is known about the format of ${output}`, {
      hint: 'end its name with .csv',
    });
  }
  const period = parsePeriod(written, new Date());
  const { lines, currency } = await readBill(resolve(io.cwd, file));
  const connection = await connect(invocation);
  busy(io, 'asking the audit tables what each domain did');
  const measured = await measuredIn(connection, period);
  const parts = splitBill(lines, measured, connection.topology);
  const names = [...connection.topology.domains.map(({ name }) => name), undefined];
  const sums = names.map((name) => sumsOf(parts.filter(({ domain }) => domain === name)));
  const total = sumsOf(parts).total;
  if (output !== undefined) {
    const rows = parts.map(({ domain = '', account, service, by, amount }) => [
      domain,
      account,
      service,
      by,
      amountText(amount),
      currency,
    ]);
    writeFileSync(resolve(io.cwd, output), toCsv(COLUMNS, rows));
  }
  if (json) {
    const domains = names.flatMap((domain, index) =>
      domain === undefined ? [] : [{ domain, ...asText(sums[index] ?? sumsOf([])) }],
    );
    const outside = sums.at(-1)?.total ?? 0n;
    const counts = Object.fromEntries(
      Object.entries(measured).map(([driver, found]) => [driver, Object.fromEntries(found)]),
    );
    io.out(
      `${JSON.stringify({ period: period.name, currency, total: amountText(total), outside: amountText(outside), domains, measured: counts })}\n`,
    );
    return;
  }
  const cents = inCents(sums.map((sum) => sum.total));
  const rows = names.flatMap((name, index) => {
    const sum = sums[index] ?? sumsOf([]);
    if (name === undefined && sum.total === 0n) return [];
    return [{ name: name ?? 'not of the mesh', own: sum.own, shared: sum.shared, total: cents[index] ?? 0n }];
  });
  const title = (text: string) => (currency === '' ? text : `${text} (${currency})`);
  io.out(
    renderTable(
      [
        ...rows,
        { name: 'the bill', own: undefined, shared: undefined, total: cents.reduce((all, one) => all + one, 0n) },
      ],
      [
        { title: 'domain', value: ({ name }) => name },
        {
          title: 'own accounts',
          value: ({ own }) => (own === undefined ? '' : centsText(inCents([own])[0] ?? 0n)),
          right: true,
        },
        {
          title: 'share of governance',
          value: ({ shared }) => (shared === undefined ? '' : centsText(inCents([shared])[0] ?? 0n)),
          right: true,
        },
        { title: title('in all'), value: (row) => centsText(row.total), right: true },
      ],
      io.columns,
    ),
  );
  const missing = Object.entries(measured).filter(([, found]) => found.size === 0);
  for (const [driver] of missing)
    io.err(`no ${driver} were measured in ${period.name}: what goes by them was shared evenly\n`);
  if (output !== undefined) io.err(`${parts.length} parts, written to ${output}\n`);
}

interface Sums {
  readonly own: bigint;
  readonly shared: bigint;
  readonly total: bigint;
}

function sumsOf(parts: readonly CostPart[]): Sums {
  const own = parts.reduce((sum, { by, amount }) => (by === 'own' ? sum + amount : sum), 0n);
  const total = parts.reduce((sum, { amount }) => sum + amount, 0n);
  return { own, shared: total - own, total };
}

function asText({ own, shared, total }: Sums) {
  return { own: amountText(own), shared: amountText(shared), total: amountText(total) };
}

function centsText(cents: bigint): string {
  return amountText(cents * 10n ** 8n).replace(/(\.\d\d)\d*$/, '$1');
}
