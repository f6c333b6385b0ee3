import type { Place } from '../error.ts';
import { ownValue } from '../own-value.ts';
import type { OutputPort } from '../product/product.ts';
import { domainNamed, type Topology } from '../topology/topology.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { customProperty } from './custom-property.ts';
import type { DraftState, ProductDraft } from './draft.ts';
import { readVersion, required } from './head.ts';
import { readHoldBack, readKpis, readSunset } from './product-life.ts';
import { warnOfUnknown } from './unknown-properties.ts';

const STATES: readonly DraftState[] = ['proposed', 'draft', 'active', 'deprecated', 'retired'];
const PORTS: Readonly<Record<string, OutputPort>> = {
  query: 'query',
  table: 'query',
  tables: 'query',
  event: 'event',
  events: 'event',
  file: 'file',
  files: 'file',
};

/** An output port and the contract that it names. */
interface PortDocument {
  readonly kind: OutputPort;
  readonly contractId: string;
  readonly version: string;
  readonly place: Place;
}

/** What an ODPS document says by itself. */
export type ProductDocument = Omit<ProductDraft, 'ports' | 'classification' | 'tables' | 'sla'> & {
  readonly outputs: readonly PortDocument[];
};

/** Reads an ODPS document; what Weft has no use for is left alone. */
export function readProductDocument(view: YamlView, topology: Topology, findings: Findings): ProductDocument {
  required(view, 'id', findings);
  const domain = readDomain(view, topology, findings);
  const { version, major } = readVersion(view, findings);
  const holdBack = readHoldBack(view, findings);
  warnOfUnknown(view, ['product'], findings);
  return {
    domain,
    name: readName(view, findings),
    version,
    major,
    title: customProperty(view, 'weft.title')?.written,
    description: readDescription(view, findings),
    owner: readOwner(view, findings),
    contact: readContact(view) ?? domainNamed(topology, domain)?.contact,
    tags: view.list('tags').flatMap((tag) => tag.written ?? []),
    draftState: readState(view, findings),
    sunset: readSunset(view, findings),
    kpis: readKpis(view, findings),
    ...(holdBack === undefined ? {} : { holdBack }),
    outputs: readOutputs(view, findings),
  };
}

function readName(view: YamlView, findings: Findings): string {
  const name = required(view, 'name', findings);
  if (name !== '' && (name.length > 48 || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))) {
    const message = `the product name "${name}" is not made of lower-case words joined by hyphens, at most 48 characters`;
    findings.error(6, (view.get('name') ?? view).place, message, 'rename it, e.g. bird-strikes');
  }
  return name;
}

function readDomain(view: YamlView, topology: Topology, findings: Findings): string {
  const domain = required(view, 'domain', findings);
  if (domain !== '' && domainNamed(topology, domain) === undefined) {
    const known = topology.domains.map((entry) => entry.name).join(', ');
    findings.error(7, (view.get('domain') ?? view).place, `the mesh has no domain "${domain}"`, `use one of ${known}`);
  }
  return domain;
}

function readState(view: YamlView, findings: Findings): DraftState {
  const status = required(view, 'status', findings);
  const state = STATES.find((known) => known === status);
  if (status !== '' && state === undefined) {
    const place = (view.get('status') ?? view).place;
    findings.error(8, place, `the status "${status}" is unknown`, `use one of ${STATES.join(', ')}`);
  }
  return state ?? 'draft';
}

function readDescription(view: YamlView, findings: Findings): string {
  const description = view.get('description');
  const text = description?.text('purpose') ?? (description?.kind === 'scalar' ? view.text('description') : undefined);
  if (text === undefined) {
    const fix = 'add "description: { purpose: <what the product is for> }"';
    findings.error(9, (description ?? view).place, 'the product has no description', fix);
  }
  return text ?? '';
}

/** The team member with the role `owner`, else the team. */
function readOwner(view: YamlView, findings: Findings): string {
  const team = view.get('team');
  const members = team?.kind === 'list' ? team.items : (team?.list('members') ?? []);
  const owner = members.find((member) => /\bowner\b/i.test(member.text('role') ?? ''));
  const name = owner?.text('name') ?? owner?.text('username') ?? team?.text('name');
  if (name === undefined) {
    findings.error(
      10,
      (team ?? view).place,
      'the product has no owner',
      'add a team with a name or a member with the role "owner"',
    );
  }
  return name ?? '';
}

function readContact(view: YamlView): string | undefined {
  const [first] = view.list('support');
  return first?.text('url') ?? first?.text('channel');
}

function readOutputs(view: YamlView, findings: Findings): PortDocument[] {
  const ports = view.list('outputPorts');
  if (ports.length === 0) {
    const place = (view.get('outputPorts') ?? view).place;
    findings.error(
      11,
      place,
      'the product has no output port',
      'add "outputPorts:" with the name, version and contractId of one',
    );
  }
  return ports.flatMap((port) => {
    const name = required(port, 'name', findings);
    const version = required(port, 'version', findings);
    const contractId = port.text('contractId');
    warnOfUnknown(port, ['output port'], findings);
    const kindView = customProperty(port, 'weft.port') ?? port.get('type');
    const kind = ownValue(PORTS, (kindView?.written ?? 'query').toLowerCase());
    if (kind === undefined) {
      const message = `the output port "${name}" has the type "${kindView?.written ?? ''}"`;
      findings.error(14, (kindView ?? port).place, message, 'use one of query, event, file');
    }
    if (contractId === undefined) {
      findings.error(
        12,
        port.place,
        `the output port "${name}" names no contract`,
        'add "contractId" with the id of its contract',
      );
    }
    if (contractId === undefined || kind === undefined) return [];
    return [{ kind, contractId, version, place: (port.get('contractId') ?? port).place }];
  });
}
