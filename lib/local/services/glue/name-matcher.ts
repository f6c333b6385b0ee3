import { invalidInput } from './errors.ts';

/** Glue's `Expression` of names: a regular expression over the whole name, `*` being any run of characters. @throws AwsError */
export function nameMatcher(expression: string | undefined): (name: string) => boolean {
  if (expression === undefined || expression === '') return () => true;
  try {
    const pattern = new RegExp(`^(?:${expression.replaceAll(/(?<![.\])\\])\*/g, '.*')})$`, 'i');
    return (name) => pattern.test(name);
  } catch {
    throw invalidInput(`Invalid expression: ${expression}`);
  }
}
