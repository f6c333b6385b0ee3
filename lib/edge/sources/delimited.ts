const NEWLINE = 0x0a;
const QUOTE = 0x22;

/** A piece of a file: where it ends, counted from where the reading began. */
export interface Piece {
  readonly text: string;
  readonly end: number;
}

/**
 * The whole lines at the beginning of some bytes.
 * @param quoted a newline between quotation marks belongs to the line (CSV, RFC 4180).
 * @param last what stands behind the last newline is a line too.
 */
export function linesOf(bytes: Buffer, quoted: boolean, last: boolean): Piece[] {
  const pieces: Piece[] = [];
  let inside = false;
  let start = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (quoted && byte === QUOTE) inside = !inside;
    if (byte !== NEWLINE || inside) continue;
    pieces.push({ text: textOf(bytes.subarray(start, at)), end: at + 1 });
    start = at + 1;
  }
  if (last && start < bytes.length) pieces.push({ text: textOf(bytes.subarray(start)), end: bytes.length });
  return pieces;
}

/** The fields of one record of CSV; undefined when its quotation marks do not fit. */
export function fieldsOf(line: string, delimiter: string): string[] | undefined {
  const fields: string[] = [];
  for (let at = 0; ; ) {
    let field = '';
    if (line[at] === '"') {
      let end = at + 1;
      for (;;) {
        const quote = line.indexOf('"', end);
        if (quote < 0) return undefined;
        field += line.slice(end, quote);
        end = quote + 1;
        if (line[end] !== '"') break;
        field += '"';
        end += 1;
      }
      at = end;
      if (at < line.length && line[at] !== delimiter) return undefined;
    } else {
      const next = line.indexOf(delimiter, at);
      const end = next < 0 ? line.length : next;
      field = line.slice(at, end);
      at = end;
    }
    fields.push(field);
    if (at >= line.length) return fields;
    at += 1;
  }
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
