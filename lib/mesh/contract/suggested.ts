import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { customProperty } from './custom-property.ts';

/** The custom property in which an import leaves its guess: a remark, which nothing acts on. */
export const SUGGESTED = 'weft.suggested';

/** Asks for a person's word on a guess that nobody has confirmed or thrown away. */
export function askForConfirmation(property: YamlView, name: string, findings: Findings): void {
  const guess = customProperty(property, SUGGESTED);
  if (guess === undefined) return;
  findings.warning(
    50,
    guess.place,
    `"${name}" may be ${guess.written ?? ''}; nobody has confirmed it`,
    `set "classification", set "weft.personal" to true if it tells of a person, and remove "${SUGGESTED}"`,
  );
}
