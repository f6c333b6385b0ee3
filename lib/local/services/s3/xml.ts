import { escapeXml } from '../../core/codecs.ts';
import { s3Error } from './failure.ts';

/** An element of an XML document: its children, and its text. */
export interface Element {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

const TOKEN = /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<(\/?)([^\s/>]+)[^>]*?(\/?)>|([^<]+)/g;
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Parses the XML of a request; namespaces and attributes do not matter to S3. @throws AwsError `MalformedXML`. */
export function parseXml(text: string): Element {
  const root: Element = { name: '', children: [], text: '' };
  const open = [root];
  for (const [whole, closing, name, empty, characters] of text.matchAll(TOKEN)) {
    const top = open.at(-1);
    if (top === undefined) throw s3Error('MalformedXML');
    if (characters !== undefined) top.text += unescapeXml(characters);
    if (name === undefined || whole.startsWith('<!')) continue;
    if (closing === '/') {
      if (open.pop()?.name !== localName(name)) throw s3Error('MalformedXML');
      continue;
    }
    const element: Element = { name: localName(name), children: [], text: '' };
    top.children.push(element);
    if (empty !== '/') open.push(element);
  }
  const [document] = root.children;
  if (document === undefined || open.length !== 1) throw s3Error('MalformedXML');
  return document;
}

export function childrenNamed(element: Element, name: string): Element[] {
  return element.children.filter((child) => child.name === name);
}

/** The text below a path of names; undefined when an element of it is missing. */
export function textAt(element: Element, ...path: string[]): string | undefined {
  const found = path.reduce<Element | undefined>(
    (at, name) => at?.children.find((child) => child.name === name),
    element,
  );
  return found?.text;
}

type XmlValue = string | number | boolean | Date | undefined | readonly XmlValue[] | XmlMembers;

export interface XmlMembers {
  readonly [name: string]: XmlValue;
}

/** A document of S3's namespace; an array is a repeated element, an undefined member is left out. */
export function document(name: string, members: XmlMembers): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="${NAMESPACE}">${membersOf(members)}</${name}>`;
}

function membersOf(members: XmlMembers): string {
  return Object.entries(members)
    .map(([name, value]) => elementOf(name, value))
    .join('');
}

function elementOf(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return (value as readonly XmlValue[]).map((entry) => elementOf(name, entry)).join('');
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
  if (typeof value === 'object') return `<${name}>${membersOf(value as XmlMembers)}</${name}>`;
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(lt|gt|amp|quot|apos));/g, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex as string, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }[name as string] ?? whole;
  });
}
