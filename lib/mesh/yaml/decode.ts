import type { Checked, Problem } from '../error.ts';

/**
 * The text of a file as YAML 1.2 wants it from Weft: UTF-8, with or without its mark. Other encodings are refused with the code, never
 * guessed at; so is a file above `maxBytes`.
 */
export function decodeYaml(
  bytes: Uint8Array,
  source: { readonly file?: string; readonly code: string; readonly maxBytes: number },
): Checked<string> {
  const refuse = (message: string, fix: string): Checked<string> => {
    const problem: Problem = {
      code: source.code,
      severity: 'error',
      message,
      fix,
      file: source.file,
      line: 1,
      column: 1,
    };
    return { ok: false, problems: [problem] };
  };
  if (bytes.length > source.maxBytes) {
    return refuse(`the file has ${bytes.length} bytes, at most ${source.maxBytes} are read`, 'split the file');
  }
  const fix = 'save it as UTF-8';
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return refuse('the file is UTF-16, only UTF-8 is read', fix);
  }
  if (bytes.subarray(0, 4096).includes(0)) return refuse('the file holds a NUL character: it is no UTF-8 text', fix);
  try {
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(bytes), problems: [] };
  } catch {
    return refuse('the file is not valid UTF-8', fix);
  }
}
