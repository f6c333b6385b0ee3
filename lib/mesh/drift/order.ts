/** Open findings first, and of those and of the others the newest. */
export function mostUrgent<T extends { readonly open: boolean; readonly at: string }>(findings: readonly T[]): T[] {
  return findings.toSorted((a, b) => Number(b.open) - Number(a.open) || (a.at < b.at ? 1 : -1));
}
