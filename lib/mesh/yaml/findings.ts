import type { Checked, Place, Problem } from '../error.ts';

/** Collects the problems of one reading under codes `WEFT-<AREA>-<nnn>`. */
export class Findings {
  readonly problems: Problem[] = [];
  readonly #area: string;

  constructor(area: string) {
    this.#area = area;
  }

  error(number: number, place: Place, message: string, fix: string): void {
    this.problems.push({ code: this.code(number), severity: 'error', message, fix, ...place });
  }

  warning(number: number, place: Place, message: string, fix: string): void {
    this.problems.push({ code: this.code(number), severity: 'warning', message, fix, ...place });
  }

  add(problems: readonly Problem[]): void {
    this.problems.push(...problems);
  }

  code(number: number): string {
    return `WEFT-${this.#area}-${String(number).padStart(3, '0')}`;
  }

  get failed(): boolean {
    return this.problems.some((problem) => problem.severity === 'error');
  }

  /** The value when no problem is an error; the problems in the order of the files either way. */
  outcome<T>(value: T | undefined): Checked<T> {
    const problems = this.problems.toSorted(byPlace);
    if (value === undefined || this.failed) return { ok: false, problems };
    return { ok: true, value, problems };
  }
}

function byPlace(a: Problem, b: Problem): number {
  const files = (a.file ?? '').localeCompare(b.file ?? '');
  return files || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
