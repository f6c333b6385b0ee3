import type { AlertRecord } from '#mesh/audit/alert.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { tone } from '../io.ts';
import { everyPage } from '../pages.ts';
import { renderTable } from '../table.ts';
import { momentText } from '../time-text.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const query = {
    state: invocation.options.open === true ? 'open' : undefined,
    since: textOption(invocation, 'since'),
  };
  const { alerts } = await everyPage<{ alerts: AlertRecord[] }>(connection, '/alerts', query, io);
  if (invocation.json) {
    io.out(`${JSON.stringify({ alerts })}\n`);
    return;
  }
  if (alerts.length === 0) {
    io.err('no rule was raised\n');
    return;
  }
  const columns = [
    { title: 'at', value: ({ at }: AlertRecord) => momentText(at), whole: true },
    { title: 'severity', value: ({ severity }: AlertRecord) => severity, whole: true },
    { title: 'who', value: ({ subject }: AlertRecord) => subject.split('/').at(-1) ?? subject },
    { title: 'what', value: ({ message }: AlertRecord) => message },
    { title: 'on', value: ({ products }: AlertRecord) => products.join(', ') },
    { title: 'suspended', value: ({ suspended }: AlertRecord) => suspended.join(', ') },
    {
      title: 'state',
      value: ({ state }: AlertRecord) => tone(io, state === 'open' ? 'warn' : 'dim', state),
      whole: true,
    },
    { title: 'alert', value: ({ id }: AlertRecord) => id, whole: true },
  ];
  io.out(renderTable(alerts, columns, io.columns));
}
