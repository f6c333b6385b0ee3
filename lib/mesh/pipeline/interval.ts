import type { YamlView } from '../yaml/view.ts';
import type { PipelineFields } from './fields.ts';
import type { Interval } from './pipeline.ts';

const UNITS = ['minute', 'hour', 'day'] as const;

/** The key `every`: a number of minutes, hours or days. */
export function readInterval(view: YamlView, fields: PipelineFields): Interval {
  const at = view.get('every') ?? view;
  const [, count = '', word = ''] = /^([1-9]\d{0,3})\s+([a-z]+?)s?$/.exec(at.written?.trim() ?? '') ?? [];
  const unit = UNITS.find((known) => known === word);
  if (unit === undefined) fields.refuse(at, `"every" is "${at.written ?? at.kind}"`, '1 day, 6 hours or 30 minutes');
  return { count: Number(count) || 1, unit: unit ?? 'day' };
}
