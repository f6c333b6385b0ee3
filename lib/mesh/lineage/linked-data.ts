import type { GraphNode, LineageGraph } from './graph.ts';
import { type Place, placeId } from './place.ts';
import { isDirect } from './transformation.ts';

const CONTEXT = {
  prov: 'http://www.w3.org/ns/prov#',
  dcat: 'http://www.w3.org/ns/dcat#',
  dcterms: 'http://purl.org/dc/terms/',
  isPartOf: { '@id': 'dcterms:isPartOf', '@type': '@id' },
  wasDerivedFrom: { '@id': 'prov:wasDerivedFrom', '@type': '@id' },
  wasInfluencedBy: { '@id': 'prov:wasInfluencedBy', '@type': '@id' },
  title: 'dcterms:title',
};

/**
 * A graph as JSON-LD in the words of PROV and DCAT: what holds a value of something was derived from it, what it only decides over was influenced by it. Who is
 * affected by a column is then the path query `(^prov:wasDerivedFrom|^prov:wasInfluencedBy|^dcterms:isPartOf)+`.
 */
export function linkedData(graph: LineageGraph): object {
  const places = new Map<string, Place>();
  for (const node of graph.nodes) for (const place of wholesOf(node)) places.set(placeId(place), place);
  const entities = [...places].map(([id, place]) => {
    const into = graph.edges.filter(({ to }) => to === id);
    const names = (carries: boolean) =>
      into.filter(({ how }) => (how.length === 0 || how.some(isDirect)) === carries).map(({ from }) => iri(from));
    const [derived, influenced] = [[...new Set(names(true))], [...new Set(names(false))]];
    const [, whole] = wholesOf(place);
    return {
      '@id': iri(id),
      '@type': place.column === undefined ? ['prov:Entity', 'dcat:Dataset'] : ['prov:Entity'],
      title: place.column ?? place.table ?? place.owner,
      ...(whole === undefined ? {} : { isPartOf: iri(placeId(whole)) }),
      ...(derived.length === 0 ? {} : { wasDerivedFrom: derived }),
      ...(influenced.length === 0 ? {} : { wasInfluencedBy: influenced }),
    };
  });
  return { '@context': CONTEXT, '@graph': entities };
}

/** A place, and what it is inside of, from the inside. */
function wholesOf({ owner, table, column }: Place | GraphNode): Place[] {
  const whole: Place[] = [{ owner }];
  if (table !== undefined) whole.unshift({ owner, table });
  if (column !== undefined) whole.unshift({ owner, ...(table === undefined ? {} : { table }), column });
  return whole;
}

function iri(id: string): string {
  return `urn:weft:place:${encodeURIComponent(id)}`;
}
