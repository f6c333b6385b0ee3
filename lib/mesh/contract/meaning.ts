import type { ProductColumn, ProductTable } from '../product/product.ts';
import type { YamlView } from '../yaml/view.ts';
import { customProperty } from './custom-property.ts';

const PERSONAL_TAGS = new Set(['pii', 'personal', 'personal-data', 'phi']);
const PRODUCT = /^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/;

/** What a contract says of a column's meaning, beside its description. */
export function readMeaning(property: YamlView): Pick<ProductColumn, 'personal' | 'unit' | 'semantics' | 'madeFrom'> {
  const unit = customProperty(property, 'weft.unit')?.written ?? customProperty(property, 'unit')?.written;
  const [definition] = property.list('authoritativeDefinitions');
  const semantics = customProperty(property, 'weft.semantics')?.written ?? definition?.text('url');
  const madeFrom = property
    .list('transformSourceObjects')
    .flatMap(({ written = '' }) => (written === '' ? [] : [written]));
  return {
    ...(isPersonal(property) ? { personal: true } : {}),
    ...(unit === undefined ? {} : { unit }),
    ...(semantics === undefined ? {} : { semantics }),
    ...(madeFrom.length === 0 ? {} : { madeFrom }),
  };
}

/** What a schema entry says of what its table is made of. */
export function readDerived(entry: YamlView): Pick<ProductTable, 'derived' | 'madeOf' | 'madeFrom' | 'aggregated'> {
  const properties = entry.list('properties');
  const from = customProperty(entry, 'weft.derivedFrom');
  const whole = from === undefined ? [] : [from, ...from.items];
  const named = [...whole, ...properties.flatMap((property) => property.list('transformSourceObjects'))];
  const told = properties.some((property) => property.text('transformLogic') ?? property.text('transformDescription'));
  // A key without anything in it says nothing, and no policy that asks where a table comes from is content with it.
  if (!told && named.every(({ written = '' }) => written === '')) return {};
  const products = named.flatMap(({ written = '' }) => (PRODUCT.test(written) ? [written] : []));
  return {
    derived: true,
    ...namesOf(whole),
    ...(products.length === 0 ? {} : { madeOf: [...new Set(products)] }),
    ...(customProperty(entry, 'weft.aggregated')?.written === 'true' ? { aggregated: true } : {}),
  };
}

/** The names that are written there, each once. */
function namesOf(views: readonly YamlView[]): Pick<ProductTable, 'madeFrom'> {
  const names = views.flatMap(({ written = '' }) => (written === '' ? [] : [written]));
  return names.length === 0 ? {} : { madeFrom: [...new Set(names)] };
}

/** A column is personal when it, or anything nested in it, is marked so. */
function isPersonal(property: YamlView): boolean {
  if (customProperty(property, 'weft.personal')?.written === 'true') return true;
  if (property.list('tags').some((tag) => PERSONAL_TAGS.has((tag.written ?? '').toLowerCase()))) return true;
  const items = property.get('items');
  return [...property.list('properties'), ...(items === undefined ? [] : [items])].some(isPersonal);
}
