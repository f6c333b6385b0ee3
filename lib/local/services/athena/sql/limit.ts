import { malformed, type Token } from './lexer.ts';

/** Athena has OFFSET before LIMIT only. @throws AwsError `InvalidRequestException` */
export function checkLimit(tokens: readonly Token[]): void {
  for (const [at, token] of tokens.entries()) {
    const offset = tokens[at + 2];
    if (!isWord(token, 'limit') || !isWord(offset, 'offset') || tokens[at + 1]?.kind !== 'number') continue;
    throw malformed(offset?.line ?? 1, offset?.column ?? 1, offset?.value ?? '', '<EOF>');
  }
}

/** The text without `LIMIT ALL`, which limits nothing and which the parser takes for a column. */
export function withoutLimitAll(sql: string, tokens: readonly Token[]): string {
  return tokens.reduceRight((text, token, at) => {
    const all = tokens[at + 1];
    return isWord(token, 'limit') && isWord(all, 'all') && all !== undefined
      ? `${text.slice(0, token.start)}${text.slice(all.end)}`
      : text;
  }, sql);
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.value === word;
}
