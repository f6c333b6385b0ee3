import type { Topology } from '#mesh/topology/topology.ts';
import { VERSION } from '#mesh/version.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { renderTable } from '../table.ts';

interface Answer {
  readonly topology: Topology;
  /** Absent in a mesh that is older than this question. */
  readonly versions?: {
    readonly governance: string;
    readonly registryFormat: number;
    readonly domains: Readonly<Record<string, string>>;
  };
}

const UNSAID = 'not said';

interface Row {
  readonly part: string;
  readonly version: string;
  readonly remark: string;
}

export async function run(invocation: Invocation): Promise<undefined> {
  const connection = await connect(invocation);
  const { topology, versions } = await connection.api<Answer>({ method: 'GET', path: '/mesh' });
  const governance = versions?.governance;
  const domains = topology.domains.map(({ name }): [string, string | undefined] => [name, versions?.domains[name]]);
  const { io } = invocation;
  if (invocation.json) {
    const said = Object.fromEntries(domains.map(([name, version]) => [name, version ?? null]));
    const { registryFormat = null } = versions ?? {};
    io.out(`${JSON.stringify({ command: VERSION, governance: governance ?? null, registryFormat, domains: said })}\n`);
    return;
  }
  const rows: Row[] = [
    { part: 'command', version: VERSION, remark: '' },
    versions === undefined
      ? { part: 'governance', version: UNSAID, remark: 'older than this command: deploy it again' }
      : {
          part: 'governance',
          version: versions.governance,
          remark: remarkOn(versions.governance, VERSION, 'the command'),
        },
    ...domains.map(([part, version]) =>
      version === undefined
        ? { part, version: UNSAID, remark: 'says it with its next report on a share' }
        : { part, version, remark: remarkOn(version, governance, 'governance') },
    ),
  ];
  if (versions !== undefined) io.out(`registry format ${versions.registryFormat}\n\n`);
  io.out(
    renderTable(
      rows,
      [
        { title: 'part', value: (row) => row.part },
        { title: 'version', value: (row) => row.version },
        { title: '', value: (row) => row.remark },
      ],
      io.columns,
    ),
  );
}

function remarkOn(version: string, other: string | undefined, whose: string): string {
  return version === other ? '' : `not the version of ${whose}`;
}
