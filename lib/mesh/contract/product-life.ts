import type { Kpi } from '../product/trust.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { customProperty } from './custom-property.ts';

/** The custom property `weft.sunset` of a deprecated product, as ISO 8601 in UTC. */
export function readSunset(view: YamlView, findings: Findings): string | undefined {
  const value = customProperty(view, 'weft.sunset');
  const text = value?.written?.trim();
  if (value === undefined || text === undefined) return undefined;
  const time = new Date(text);
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(time.getTime())) return time.toISOString();
  findings.error(60, value.place, `the sunset "${text}" is not a time`, 'write it as ISO 8601, e.g. "2030-01-31"');
  return undefined;
}

/** The custom property `weft.holdBack`: whether consumers are kept from data that breaks a rule, whatever the mesh says for all. */
export function readHoldBack(view: YamlView, findings: Findings): boolean | undefined {
  const value = customProperty(view, 'weft.holdBack');
  if (value === undefined || typeof value.scalar === 'boolean') return value?.scalar as boolean | undefined;
  const text = value.written?.trim().toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  findings.error(62, value.place, `weft.holdBack is "${value.written ?? ''}"`, 'write true or false');
  return undefined;
}

/** The custom property `weft.kpis`: a list of `{ name, target?, description? }`. */
export function readKpis(view: YamlView, findings: Findings): Kpi[] | undefined {
  const value = customProperty(view, 'weft.kpis');
  if (value === undefined) return undefined;
  if (value.kind !== 'list') {
    findings.error(61, value.place, 'weft.kpis is not a list', 'write "- { name: <what is measured>, target: <…> }"');
    return undefined;
  }
  return value.items.map((item) => {
    const name = item.text('name');
    if (name === undefined) {
      findings.error(61, item.place, 'a KPI has no name', 'write "{ name: <what is measured>, target: <…> }"');
    }
    const [target, description] = [item.text('target'), item.text('description')];
    return {
      name: name ?? '',
      ...(target === undefined ? {} : { target }),
      ...(description === undefined ? {} : { description }),
    };
  });
}
