import type { Invocation } from '../command.ts';
import { renderTable } from '../table.ts';
import { listTemplates } from '../template/template-folder.ts';

export async function run({ io, json }: Invocation): Promise<undefined> {
  const templates = listTemplates();
  if (json) {
    io.out(`${JSON.stringify(templates)}\n`);
    return;
  }
  const columns = [
    { title: 'template', value: ({ name }: { name: string }) => name, whole: true },
    { title: 'what for', value: ({ summary }: { summary: string }) => summary },
  ];
  io.out(renderTable(templates, columns, io.columns));
  io.err('weft domain new <name> --template <template> makes a repository of one\n');
}
