/** One thing that is wrong with a log, and where. */
export interface LogProblem {
  /** `WEFT-AUDIT-<nnn>`. */
  readonly code: string;
  /** `warning`: nothing is lost or changed, yet somebody should know. */
  readonly severity: 'error' | 'warning';
  /** The key of the file. */
  readonly where: string;
  readonly message: string;
}

/** Thrown to end a verification at the first thing that is wrong. */
export class Enough extends Error {}

/** Collects what is wrong with a log. */
export class Problems {
  readonly all: LogProblem[] = [];
  readonly #first: boolean;

  constructor(first: boolean) {
    this.#first = first;
  }

  error(number: number, where: string, message: string): void {
    this.all.push({ code: codeOf(number), severity: 'error', where, message });
    if (this.#first) throw new Enough();
  }

  warning(number: number, where: string, message: string): void {
    this.all.push({ code: codeOf(number), severity: 'warning', where, message });
  }
}

function codeOf(number: number): string {
  return `WEFT-AUDIT-${String(number).padStart(3, '0')}`;
}
