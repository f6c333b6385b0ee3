import type { Invocation } from '../command.ts';
import { localFolder, runningLocal } from '../local-folder.ts';
import { renderTable } from '../table.ts';

interface Status {
  readonly stacks: readonly {
    readonly name: string;
    readonly account: string;
    readonly status: string;
    readonly resources: number;
  }[];
  readonly functions: readonly {
    readonly name: string;
    readonly account: string;
    readonly invocations: number;
    readonly errors: number;
  }[];
}

export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const folder = localFolder(invocation);
  const local = runningLocal(folder);
  if (local === undefined) {
    if (invocation.json) io.out(`${JSON.stringify({ running: false })}\n`);
    else io.err(`nothing runs from ${folder}; weft local up starts a mesh\n`);
    return 1;
  }
  const status = (await (await fetch(`${local.endpoint}/_weft/status`)).json()) as Status;
  if (invocation.json) {
    io.out(
      `${JSON.stringify({ running: true, endpoint: local.endpoint, apiUrl: local.apiUrl, pid: local.pid, ...status })}\n`,
    );
    return 0;
  }
  io.out(`mesh ${local.topology.mesh} at ${local.endpoint}, process ${local.pid}\n\n`);
  io.out(
    renderTable(
      status.stacks,
      [
        { title: 'stack', value: (stack) => stack.name },
        { title: 'account', value: (stack) => stack.account },
        { title: 'status', value: (stack) => stack.status },
        { title: 'resources', value: (stack) => String(stack.resources), right: true },
      ],
      io.columns,
    ),
  );
  io.out('\n');
  io.out(
    renderTable(
      status.functions,
      [
        { title: 'function', value: (entry) => entry.name },
        { title: 'account', value: (entry) => entry.account },
        { title: 'calls', value: (entry) => String(entry.invocations), right: true },
        { title: 'errors', value: (entry) => String(entry.errors), right: true },
      ],
      io.columns,
    ),
  );
  return 0;
}
