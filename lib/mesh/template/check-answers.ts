import type { Problem } from '../error.ts';
import { productBucketName } from '../topology/names.ts';
import type { Topology } from '../topology/topology.ts';
import type { Answers } from './values.ts';

interface Rule {
  readonly pattern: RegExp;
  readonly allowed: string;
  readonly flag: string;
}

const ACCOUNT = { pattern: /^\d{12}$/, allowed: 'the 12 digits of an AWS account' };
const ADDRESS = { pattern: /^[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9][A-Za-z0-9.-]*$/, allowed: 'an e-mail address' };
/** It stands in YAML, SQL and Markdown alike. */
const PARAMETER = /^[\p{L}\p{N}][\p{L}\p{N} ._/:@+-]{0,200}$/u;

/** What each answer has to look like, and the flag that gives it. */
const ANSWER_RULES = {
  domain: {
    pattern: /^(?!(?:global|governance|audit|lf)$)(?=.{1,24}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    allowed:
      'lower-case words joined by hyphens, at most 24 characters, other than "global", "governance", "audit" and "lf"',
    flag: '<name>',
  },
  account: { ...ACCOUNT, flag: '--account' },
  owner: { ...ADDRESS, flag: '--owner' },
  contact: { ...ADDRESS, flag: '--contact' },
  region: { pattern: /^[a-z]{2}(-[a-z]+)+-\d$/, allowed: 'a region such as "eu-central-1"', flag: '--region' },
  mesh: {
    pattern: /^(?=.{1,12}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    allowed: 'lower-case words joined by hyphens, at most 12 characters',
    flag: '--set mesh=',
  },
  organization: {
    pattern: /^o-[a-z0-9]{10,32}$/,
    allowed: 'the id of an AWS Organization: "o-" and 10 to 32 lower-case letters or digits',
    flag: '--set organization=',
  },
  governance: { ...ACCOUNT, flag: '--set governance=' },
} as const satisfies Record<string, Rule>;

export type AnswerName = keyof typeof ANSWER_RULES;

/** What is wrong with one answer, or undefined. */
export function problemOf(name: AnswerName, value: string): Problem | undefined {
  const { pattern, allowed, flag }: Rule = ANSWER_RULES[name];
  if (pattern.test(value)) return undefined;
  return {
    code: name === 'domain' ? 'WEFT-TEMPLATE-003' : 'WEFT-TEMPLATE-004',
    severity: 'error',
    message: `the ${name} ${JSON.stringify(value)} is not ${allowed}`,
    fix: name === 'domain' ? 'weft domain new <name>, such as "sales"' : `give ${allowed} with ${flag}`,
  };
}

const MAX_BUCKET_NAME = 63;

/** Every problem of what a domain's repository is to be made of; `known` is the mesh that it joins, where there is one. */
export function checkAnswers(answers: Answers, known: Topology | undefined): Problem[] {
  const names = Object.keys(ANSWER_RULES) as AnswerName[];
  const { domain, account, mesh, region, governance, owner, contact } = answers;
  // Who gives no contact has the owner as such: that is one mistake.
  const given = names.filter((name) => name !== 'contact' || contact !== owner);
  const problems = given.flatMap((name) => problemOf(name, answers[name]) ?? []);
  const error = (code: string, message: string, fix: string) =>
    problems.push({ code, severity: 'error', message, fix });
  for (const [name, value] of Object.entries(answers.parameters)) {
    if (PARAMETER.test(value)) continue;
    const message = `the parameter ${name} is ${JSON.stringify(value)}, which is not letters, digits, blanks and ._/:@+-`;
    error('WEFT-TEMPLATE-004', message, `give another with --set ${name}=…`);
  }
  const bucket = productBucketName(mesh, domain, account, region);
  if (problems.length === 0 && bucket.length > MAX_BUCKET_NAME) {
    const most = domain.length - (bucket.length - MAX_BUCKET_NAME);
    const message = `the bucket "${bucket}" of ${domain} would have ${bucket.length} characters, at most ${MAX_BUCKET_NAME} are allowed`;
    error('WEFT-TEMPLATE-011', message, `take a name of at most ${most} characters`);
  }
  const holder = holderOf(account, domain, governance, known);
  if (holder !== undefined) {
    const message = `the account ${account} is that of ${holder} already`;
    error('WEFT-TEMPLATE-006', message, 'give the domain an account of its own with --account');
  }
  const there = known?.domains.find(({ name }) => name === domain);
  if (there !== undefined && there.account !== account) {
    const message = `the mesh has the domain ${domain} with the account ${there.account}, not ${account}`;
    error('WEFT-TEMPLATE-007', message, 'leave --account out to take its account, or choose another name');
  }
  return problems;
}

/** Who has the account, when it is somebody else. */
function holderOf(account: string, domain: string, governance: string, known: Topology | undefined) {
  const { auditAccount, witnessAccount, managementAccount } = known ?? {};
  const held = Object.entries({ governance, auditAccount, witnessAccount, managementAccount });
  const role = held.find(([, other]) => other === account)?.[0];
  if (role !== undefined) return role.replace('Account', '');
  return known?.domains.find((other) => other.account === account && other.name !== domain)?.name;
}
