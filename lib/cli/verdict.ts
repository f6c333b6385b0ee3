import type { Decision, PolicyReport } from '#mesh/policy/decision.ts';
import { type Io, tone } from './io.ts';

const WOULD: Readonly<Record<PolicyReport['would'], string>> = {
  deny: 'would refuse',
  ask: 'would ask',
  allow: 'would allow',
};

/** A decision for people: what it is, which policies said so, and what those on trial would have said. */
export function verdictLines(io: Io, decision: Decision): string[] {
  const { effect, policies, approvers = ['owner'], reports = [], version } = decision;
  const who = approvers.map((name) => (name === 'owner' ? 'the owner' : name)).join(' and ');
  const word = { allow: 'allowed', ask: `${who} decide${approvers.length === 1 ? 's' : ''}`, deny: 'refused' }[effect];
  const colour = effect === 'deny' ? 'bad' : effect === 'ask' ? 'warn' : 'good';
  const versions = version === undefined ? '' : ` ${tone(io, 'dim', `(${version})`)}`;
  return [
    `verdict: ${tone(io, colour, word)}${versions}`,
    ...policies.map(({ id, message }) => `  ${tone(io, 'dim', id)} ${message}`),
    ...reports.map(({ id, message, would }) => `  ${tone(io, 'warn', WOULD[would])} ${tone(io, 'dim', id)} ${message}`),
  ];
}
