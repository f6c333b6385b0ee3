import { type Document, isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import type { YamlNode } from './node.ts';

/** The values of a parsed document that was found sound: no alias stands inside an anchor, and keys are plain. */
export function fromDocument(document: Document): YamlNode | undefined {
  const known = new Map<Node, YamlNode | undefined>();
  const nodeOf = (node: Node | null): YamlNode | undefined => {
    if (node === null) return undefined;
    const at = node.range?.[0] ?? 0;
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) return undefined;
      if (!known.has(target)) known.set(target, nodeOf(target));
      const meant = known.get(target);
      return meant === undefined ? undefined : { ...meant, at };
    }
    if (isMap(node)) {
      const pairs = node.items.map((pair) => {
        const key = pair.key as Node | null;
        const name = isScalar(key) ? String(key.value) : '';
        return { key: name, at: key?.range?.[0] ?? at, value: nodeOf(pair.value as Node | null) };
      });
      return { kind: 'map', at, pairs };
    }
    if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => nodeOf(item as Node | null)) };
    if (!isScalar(node)) return undefined;
    return { kind: 'scalar', at, value: node.value, ...(node.source === undefined ? {} : { source: node.source }) };
  };
  return nodeOf(document.contents);
}
