import { type Checked, userError } from '#mesh/error.ts';

/** What a step of a life led to. @throws WEFT-PRODUCT-003 and the like with why the step is not allowed. */
export function stepped<T>(checked: Checked<T>): T {
  if (checked.ok) return checked.value;
  const [first] = checked.problems;
  throw userError(first?.code ?? 'WEFT-PRODUCT-003', checked.problems.map(({ message }) => message).join('; '), {
    problems: checked.problems,
    ...(first?.fix === undefined ? {} : { hint: first.fix }),
  });
}
