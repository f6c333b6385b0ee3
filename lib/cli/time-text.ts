/** A moment as every table shows it, in UTC: `2026-03-01 09:30:00`. */
export function momentText(at: string): string {
  return at.slice(0, 19).replace('T', ' ');
}

/** A day as every table shows it, in UTC: `2026-03-01`. */
export function dayText(at: string): string {
  return at.slice(0, 10);
}
