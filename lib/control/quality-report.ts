import type { Registry } from '#aws/registry.ts';
import type { QualityMeasured } from '#mesh/event/report.ts';
import { domainNamed, type Topology } from '#mesh/topology/topology.ts';
import type { Taken } from './disposal-report.ts';

interface Deps {
  readonly registry: Pick<Registry, 'version' | 'write'>;
  topology(): Promise<Topology>;
  now(): Date;
}

/** Takes a domain's word on how good its data is. */
export async function takeMeasurement(report: QualityMeasured, account: string, deps: Deps): Promise<Taken> {
  const { from, domain } = report;
  if (from !== domain || domainNamed(await deps.topology(), from)?.account !== account)
    return { refused: `account ${account} reports as \`${from}\` of \`${domain}\`` };
  return 'ignored';
}
