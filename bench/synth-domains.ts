import type { Topology } from '#mesh/topology/topology.ts';
import { buildApp } from '#stacks/app.ts';

/** Synthesizes a mesh of N domains into a folder and prints the peak memory in kB and the seconds of a processor; `apart`: accounts that share no organization. */
const [count = '5', outdir, apart] = process.argv.slice(2);
const topology: Topology = {
  mesh: 'bench',
  region: 'us-east-1',
  ...(apart === 'apart' ? {} : { organization: 'o-weftbench1', managementAccount: '300000000002' }),
  governanceAccount: '300000000000',
  auditAccount: '300000000001',
  classification: ['public', 'internal', 'confidential'],
  crossAccountVersion: '4',
  domains: Array.from({ length: Number(count) }, (_, index) => ({
    name: `domain-${index}`,
    account: String(310_000_000_000 + index),
    owners: ['owner@example.com'],
    contact: 'team@example.com',
  })),
};
buildApp(topology, { outdir }).synth();
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
console.log(maxRSS, (userCPUTime + systemCPUTime) / 1e6);
