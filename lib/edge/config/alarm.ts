import type { AlarmRule } from '../normalize/alarm.ts';
import { Section } from './section.ts';

const KEYS = ['name', 'column', 'above', 'below', 'by'];

/**
 * The thresholds of a source.
 * @param columns what its rows have; with an aggregate, what is gathered.
 */
export function readAlarms(source: Section, columns: readonly string[]): AlarmRule[] {
  return source.view.list('alarms').map((view) => {
    const section = new Section(view, KEYS, source.findings);
    const name = section.required('name', 'too-hot');
    const column = section.required('column', 'temperature_c');
    const by = section.texts('by') ?? [];
    const [above, below] = [section.number('above'), section.number('below')];
    for (const entry of [...(column === '' ? [] : [column]), ...by]) {
      if (columns.includes(entry)) continue;
      section.findings.error(
        10,
        view.place,
        `the alarm "${name}" names "${entry}"`,
        `use one of ${columns.join(', ')}`,
      );
    }
    if (above === undefined && below === undefined) {
      section.findings.error(10, view.place, `the alarm "${name}" has no threshold`, 'add "above:" or "below:"');
    }
    return { name, column, by, ...(above === undefined ? {} : { above }), ...(below === undefined ? {} : { below }) };
  });
}
