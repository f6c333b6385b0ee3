import type { Place } from '../error.ts';
import type { PolicyJson } from './cedar.ts';
import type { PolicyAction } from './question.ts';

/** One policy as the engine uses it. */
export interface PolicyRule {
  /** `<scope>/<@id>`. */
  readonly id: string;
  readonly scope: string;
  readonly effect: 'permit' | 'forbid';
  /** What it says to people; `{resource.unclassified}` and the like stand for facts of the question. */
  readonly message: string;
  /** Classes of approvers that a `forbid` asks for instead of refusing. */
  readonly ask?: readonly string[];
  /** It never counts; what it would have said is reported. */
  readonly reportOnly: boolean;
  /** Controls of named standards that it serves, e.g. `ISO27001:2022/A.5.12`. */
  readonly standards: readonly string[];
  readonly actions: readonly PolicyAction[];
  /** What it reads, or its message names: `resource.level`, `*.state` for what is reached by others. */
  readonly reads: ReadonlySet<string>;
  /** As Cedar evaluates it: a domain's policy holds for its own products only. */
  readonly json: PolicyJson;
  /** As it was written. */
  readonly text: string;
  readonly place: Required<Pick<Place, 'file' | 'line' | 'column'>>;
}
