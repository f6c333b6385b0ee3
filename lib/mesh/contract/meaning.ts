import type { ProductColumn, ProductTable } from '../product/product.ts';
import type { YamlView } from '../yaml/view.ts';
import { customProperty } from './custom-property.ts';

const PERSONAL_TAGS = new Set(['pii', 'personal', 'personal-data', 'phi']);
const LINEAGE = ['transformSourceObjects', 'transformLogic', 'transformDescription'];

/** What a contract says of a column's meaning, beside its description. */
export function readMeaning(property: YamlView): Pick<ProductColumn, 'personal' | 'unit' | 'semantics'> {
  const unit = customProperty(property, 'weft.unit')?.written ?? customProperty(property, 'unit')?.written;
  const [definition] = property.list('authoritativeDefinitions');
  const semantics = customProperty(property, 'weft.semantics')?.written ?? definition?.text('url');
  return {
    ...(isPersonal(property) ? { personal: true } : {}),
    ...(unit === undefined ? {} : { unit }),
    ...(semantics === undefined ? {} : { semantics }),
  };
}

/** Whether a schema entry says what its table is made of. */
export function readDerived(entry: YamlView): Pick<ProductTable, 'derived'> {
  const said =
    customProperty(entry, 'weft.derivedFrom') !== undefined ||
    entry.list('properties').some((property) => LINEAGE.some((key) => property.get(key) !== undefined));
  return said ? { derived: true } : {};
}

/** A column is personal when it, or anything nested in it, is marked so. */
function isPersonal(property: YamlView): boolean {
  if (customProperty(property, 'weft.personal')?.written === 'true') return true;
  if (property.list('tags').some((tag) => PERSONAL_TAGS.has((tag.written ?? '').toLowerCase()))) return true;
  const items = property.get('items');
  return [...property.list('properties'), ...(items === undefined ? [] : [items])].some(isPersonal);
}
