import type { ControlCoverage } from '../../policy-set/coverage.ts';
import type { AuditEntry } from '../entry.ts';
import type { FindingResult } from '../findings/finding.ts';
import type { ControlSpec, EntryWish, Standard } from '../standards/standard.ts';

/**
 * `shown`: something shows it, and nothing speaks against it. `incomplete`: something shows it, and something that should could not be asked.
 * `deviations`: something was found that speaks against it. `gap`: nothing shows it.
 */
export type ControlState = 'shown' | 'incomplete' | 'deviations' | 'gap';

/** What a pack has for one control. */
export interface ControlEvidence {
  readonly id: string;
  readonly says: string;
  readonly state: ControlState;
  /** Why it is in that state, in sentences. */
  readonly because: readonly string[];
  readonly policies: readonly { readonly id: string; readonly message: string; readonly mode: 'enforced' | 'report' }[];
  /** Ids of the entries that show it. */
  readonly entries: readonly string[];
  readonly findings: readonly { readonly id: string; readonly found: number | 'unknown' }[];
}

/** What controls are judged by. */
export interface Shown {
  readonly entries: readonly Pick<AuditEntry, 'id' | 'kind' | 'action'>[];
  readonly findings: readonly FindingResult[];
  /** The policies that were in force. */
  readonly coverage: readonly ControlCoverage[];
  /** There is a checkpoint of the log. */
  readonly checkpoint: boolean;
}

/** Judges every control of a standard by what there is; a control that nothing shows is a gap. */
export function judgeControls({ name, controls }: Standard, shown: Shown): ControlEvidence[] {
  return controls.map((spec) => judge(spec, name, shown));
}

function judge(spec: ControlSpec, standard: string, shown: Shown): ControlEvidence {
  const { id, says, log } = spec;
  const held = shown.coverage.find((one) => one.standard === standard && one.control === id);
  const policies = (held?.policies ?? []).map((policy) => ({
    id: policy.id,
    message: policy.message,
    mode: policy.mode,
  }));
  const entries = spec.entries === undefined ? [] : shown.entries.filter((entry) => fits(entry, spec.entries ?? {}));
  const findings = (spec.findings ?? []).map((finding) => {
    const rows = shown.findings.find((one) => one.id === finding)?.rows;
    return { id: finding, found: rows === undefined ? ('unknown' as const) : rows.length };
  });
  // Without entries there is nothing in which something could have been found.
  const clear = shown.entries.length === 0 ? [] : findings.filter(({ found }) => found === 0);
  const open = findings.filter(({ found }) => typeof found === 'number' && found > 0);
  const unknown = findings.filter(({ found }) => found === 'unknown');
  const enforced = policies.filter(({ mode }) => mode === 'enforced');
  const noLog = log === true && !shown.checkpoint;
  const because = [
    enforced.length > 0 ? `${counted(enforced.length, 'policy is', 'policies are')} enforced for it` : '',
    entries.length > 0 ? `${counted(entries.length, 'entry', 'entries')} of the period show it at work` : '',
    clear.length > 0 ? `nothing was found by ${clear.map((one) => one.id).join(', ')}` : '',
    log === true && shown.checkpoint ? 'the log has a signed checkpoint' : '',
  ].filter((sentence) => sentence !== '');
  const against = [
    ...open.map((one) => `${one.id} found ${one.found} against it`),
    ...unknown.map((one) => `${one.id} could not be asked`),
    ...(enforced.length < policies.length ? ['policies for it only report'] : []),
    ...(noLog ? ['there is no checkpoint of the log'] : []),
  ];
  const state =
    open.length > 0
      ? 'deviations'
      : because.length === 0
        ? 'gap'
        : unknown.length > 0 || noLog
          ? 'incomplete'
          : 'shown';
  return {
    id,
    says,
    state,
    because: state === 'gap' ? ['nothing in this mesh shows it', ...against] : [...because, ...against],
    policies,
    entries: entries.map((entry) => entry.id),
    findings,
  };
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function fits({ kind, action }: Pick<AuditEntry, 'kind' | 'action'>, { kinds, action: pattern }: EntryWish): boolean {
  if (kind === 'event') return false;
  return kinds?.includes(kind) === true || (pattern !== undefined && new RegExp(pattern).test(action));
}
