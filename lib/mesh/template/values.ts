import { glueName, landingBucketName } from '../topology/names.ts';
import { domainNamed, type Topology } from '../topology/topology.ts';
import type { Fill } from './placeholders.ts';
import { type Sha256, uuidOf } from './uuid.ts';

/** Everything that a domain's repository is made of beside the template. */
export interface Answers {
  readonly domain: string;
  readonly account: string;
  readonly owner: string;
  readonly contact: string;
  readonly mesh: string;
  readonly region: string;
  readonly organization: string;
  /** The governance account. */
  readonly governance: string;
  /** The levels of the mesh, as a YAML list. */
  readonly classification: string;
  /** The version of `weft` that the repository depends on, or `file:<folder>`. */
  readonly weft: string;
  /** What the template's own parameters are. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What the placeholders of a template stand for; `known` is the mesh that the domain joins, where there is one. */
export function valuesOf(template: string, answers: Answers, known: Topology | undefined, sha256: Sha256): Fill {
  const { parameters, ...common } = answers;
  const { mesh, domain, account, region } = answers;
  const plain: Readonly<Record<string, string>> = {
    ...parameters,
    ...common,
    database: glueName(domain),
    landing: landingBucketName(mesh, domain, account, region),
  };
  const accounts = new Map<string, string>();
  return (name) => {
    const [kind = '', word] = name.split(':');
    if (word === undefined) return Object.hasOwn(plain, kind) ? plain[kind] : undefined;
    if (kind === 'uuid') return uuidOf([template, answers.domain, word], sha256);
    if (kind !== 'account') return undefined;
    // A parameter may name the domain.
    const domain = parameters[word] ?? word;
    const account = accounts.get(domain) ?? accountOf(domain, answers, known, [...accounts.values()]);
    accounts.set(domain, account);
    return account;
  };
}

/** The account of another domain: the mesh's own, else one that is made up and that nobody of this repository has. */
function accountOf(
  domain: string,
  { account, governance }: Answers,
  known: Topology | undefined,
  made: readonly string[],
): string {
  const found = known === undefined ? undefined : domainNamed(known, domain)?.account;
  if (found !== undefined) return found;
  const taken = new Set([account, governance, ...made, ...(known?.domains ?? []).map((entry) => entry.account)]);
  let number = FIRST_MADE_UP;
  while (taken.has(String(number))) number += 1;
  return String(number);
}

/** For domains that are there on one machine only. */
const FIRST_MADE_UP = 210_000_000_031;
