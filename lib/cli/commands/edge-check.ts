import { runCheck } from '#edge/agent/check.ts';
import { wayOut } from '#edge/upload/way.ts';
import type { Invocation } from '../command.ts';
import { edgeConfig } from '../edge-file.ts';
import { tone } from '../io.ts';
import { renderTable } from '../table.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io, json, options } = invocation;
  const config = edgeConfig(invocation);
  const send = wayOut(config.upload.ca);
  try {
    const checked = await runCheck(config, send, Date.now(), options.link === true);
    if (json) {
      io.out(`${JSON.stringify(checked)}\n`);
      return;
    }
    const columns = [
      { title: 'source', value: (row: (typeof checked.sources)[number]) => row.source },
      { title: 'reads', value: (row: (typeof checked.sources)[number]) => row.reads },
      { title: 'into', value: (row: (typeof checked.sources)[number]) => row.into },
      { title: 'columns', value: (row: (typeof checked.sources)[number]) => row.columns.join(' ') },
    ];
    io.out(renderTable(checked.sources, columns, io.columns));
    io.err(`${tone(io, 'good', 'good')}: ${checked.site} of ${checked.group} sends to ${checked.bucket}\n`);
    if (checked.certificate !== undefined) {
      io.err(`certificate ${checked.certificate.subject}, until ${checked.certificate.until}\n`);
    }
    if (checked.link === undefined) io.err(`${tone(io, 'dim', 'next:')} weft edge check --link, or weft edge run\n`);
  } finally {
    send.destroy();
  }
}
