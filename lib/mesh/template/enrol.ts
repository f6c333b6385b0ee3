import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Answers } from './values.ts';

/** The four lines of a domain in `mesh.yaml`, with the indentation of its list. */
export function domainLines(
  { domain, account, owner, contact }: Pick<Answers, 'domain' | 'account' | 'owner' | 'contact'>,
  indent = '  ',
): string {
  const lines = [`- name: ${domain}`, `  account: "${account}"`, `  owners: [${owner}]`, `  contact: ${contact}`];
  return lines.map((line) => `${indent}${line}\n`).join('');
}

/**
 * A `mesh.yaml` with one domain more, after the last; all else stays as somebody wrote it. Undefined when it has no list of domains that
 * lines can be added to.
 */
export function enrolDomain(text: string, answers: Parameters<typeof domainLines>[0]): string | undefined {
  const document = parseDocument(text);
  const domains = document.get('domains');
  if (!isSeq(domains) || domains.flow === true) return undefined;
  const last = domains.items.at(-1);
  const end = lastOffset(last);
  const start = isMap(last) ? (last.range?.[0] ?? -1) : -1;
  if (end === undefined || start < 0) return undefined;
  const dash = text.lastIndexOf('-', start);
  const indent = text.slice(text.lastIndexOf('\n', dash) + 1, dash);
  const newline = text.indexOf('\n', end);
  const at = newline < 0 ? text.length : newline + 1;
  const before = newline < 0 ? `${text}\n` : text.slice(0, at);
  return `${before}${domainLines(answers, indent)}${text.slice(at)}`;
}

/** Where the last thing that is written below a node ends: what stands between it and the next is somebody's comment on the next. */
function lastOffset(node: unknown): number | undefined {
  if (isMap(node) && node.flow !== true) return lastOffset(node.items.at(-1)?.value);
  if (isSeq(node) && node.flow !== true) return lastOffset(node.items.at(-1));
  if (isMap(node) || isSeq(node) || isScalar(node)) return node.range?.[1];
  return undefined;
}
