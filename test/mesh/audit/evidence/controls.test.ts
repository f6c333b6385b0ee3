import { describe, expect, test } from '@jest/globals';
import { judgeControls, type Shown } from '#mesh/audit/evidence/controls.ts';
import { readManifest } from '#mesh/audit/evidence/manifest.ts';
import { FINDINGS } from '#mesh/audit/findings/findings.ts';
import { type ControlSpec, DISPOSING } from '#mesh/audit/standards/standard.ts';
import { STANDARDS, standardNamed } from '#mesh/audit/standards/standards.ts';
import type { ControlCoverage } from '#mesh/policy-set/coverage.ts';

const ENTRY = { id: 'a@1', kind: 'command' as const, action: 'SubscriptionRequested' };
const NOTHING: Shown = { entries: [], findings: [], coverage: [], checkpoint: false };

function finding(id: string, found: number | undefined): Shown['findings'][number] {
  const row = { subject: '', who: '', since: '', detail: '', evidence: '' };
  const head = { id, title: id, why: id, severity: 'high' as const };
  return found === undefined
    ? { ...head, unknown: 'no table' }
    : { ...head, rows: Array.from({ length: found }, () => row) };
}

function coverage(mode: 'enforced' | 'report'): ControlCoverage {
  return { standard: 's', control: 'c', held: mode, policies: [{ id: 'global/p', message: 'm', mode, cases: [] }] };
}

function stateOf(spec: Omit<ControlSpec, 'id' | 'says'>, shown: Partial<Shown>) {
  const standard = { name: 's', title: 's', aliases: [], controls: [{ id: 'c', says: 'x', ...spec }] };
  return judgeControls(standard, { ...NOTHING, ...shown })[0]?.state;
}

describe('a control', () => {
  test.each<[string, Omit<ControlSpec, 'id' | 'says'>, Partial<Shown>, string]>([
    ['that nothing speaks of is a gap', {}, { entries: [ENTRY] }, 'gap'],
    ['whose policy only reports is a gap', {}, { coverage: [coverage('report')] }, 'gap'],
    ['whose policy is enforced is shown', {}, { coverage: [coverage('enforced')] }, 'shown'],
    ['is shown by an entry', { entries: { action: 'Requested$' } }, { entries: [ENTRY] }, 'shown'],
    ['is not shown by an entry of another kind', { entries: { kinds: ['denied'] } }, { entries: [ENTRY] }, 'gap'],
    [
      'is not shown by an event that tells of one',
      { entries: { action: 'Requested$' } },
      { entries: [{ ...ENTRY, kind: 'event' }] },
      'gap',
    ],
    [
      'is shown by a finding that found nothing',
      { findings: ['f'] },
      { entries: [ENTRY], findings: [finding('f', 0)] },
      'shown',
    ],
    ['is not shown by one that found nothing in nothing', { findings: ['f'] }, { findings: [finding('f', 0)] }, 'gap'],
    [
      'is not shown by one that could not be asked',
      { findings: ['f'] },
      { entries: [ENTRY], findings: [finding('f', undefined)] },
      'gap',
    ],
    ['is not shown by one that was not looked for', { findings: ['f'] }, { entries: [ENTRY] }, 'gap'],
    [
      'deviates whatever else shows it',
      { findings: ['f'] },
      { entries: [ENTRY], findings: [finding('f', 1)], coverage: [coverage('enforced')] },
      'deviations',
    ],
    [
      'is incomplete while a finding is unknown',
      { findings: ['f'] },
      { findings: [finding('f', undefined)], coverage: [coverage('enforced')] },
      'incomplete',
    ],
    [
      'is incomplete without a checkpoint that it rests on',
      { log: true, entries: { kinds: ['command'] } },
      { entries: [ENTRY] },
      'incomplete',
    ],
    ['is shown with one', { log: true }, { checkpoint: true }, 'shown'],
  ])('%s', (_name, spec, shown, state) => {
    expect(stateOf(spec, shown)).toBe(state);
  });

  test.each(
    STANDARDS.map((standard) => [standard.name, standard] as const),
  )('of %s is a gap in an empty mesh', (_name, standard) => {
    for (const control of judgeControls(standard, NOTHING))
      expect([control.id, control.state]).toEqual([control.id, 'gap']);
  });
});

describe('a standard', () => {
  test('asks for findings that there are, and patterns that are ones', () => {
    const known = FINDINGS.map(({ id }) => id);
    for (const { controls } of STANDARDS) {
      for (const control of controls) {
        expect(known).toEqual(expect.arrayContaining([...(control.findings ?? [])]));
        expect(() => new RegExp(control.entries?.action ?? '')).not.toThrow();
      }
      expect(new Set(controls.map(({ id }) => id)).size).toBe(controls.length);
    }
  });

  test('is found by another name, has what policies name besides, and may come from policies alone', () => {
    expect(standardNamed('ISO-27001', []).name).toBe('ISO27001:2022');
    const own = { ...coverage('enforced'), standard: 'GDPR', control: 'Art.99' };
    expect(standardNamed('gdpr', [own]).controls.at(-1)?.id).toBe('Art.99');
    expect(standardNamed('s', [coverage('enforced')]).controls.map(({ id }) => id)).toEqual(['c']);
    expect(() => standardNamed('PCI', [])).toThrow(expect.objectContaining({ code: 'WEFT-AUDIT-066' }));
  });
});

test.each(['../x', '/etc/passwd', 'a/../../x', 'a\\b', ''])('a manifest that names the file %j is none', (path) => {
  const file = { path, bytes: 1, sha256: '0'.repeat(64) };
  const manifest = {
    format: 'weft-evidence/1',
    standard: 's',
    controls: [],
    entries: { count: 0, proved: 0 },
    files: [file],
  };
  expect(readManifest(JSON.stringify(manifest))).toBeUndefined();
  expect(readManifest(JSON.stringify({ ...manifest, files: [{ ...file, path: 'a/b' }] }))).toBeDefined();
});

test.each([
  ['LegalHoldPlaced', 'gap'],
  ['DisposalBlocked', 'gap'],
  ['DataDisposed', 'shown'],
])('%s: whether it shows that data goes', (action, state) => {
  expect(stateOf({ entries: DISPOSING }, { entries: [{ ...ENTRY, action }] })).toBe(state);
});
