import type { YamlView } from '../yaml/view.ts';

/** The value of a custom property of ODCS or ODPS, e.g. `weft.classification`, with its place; undefined when it is not there. */
export function customProperty(view: YamlView, name: string): YamlView | undefined {
  return view
    .list('customProperties')
    .find((item) => item.text('property') === name)
    ?.get('value');
}
