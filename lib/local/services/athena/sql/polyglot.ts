import './wasm-tier.ts';

export { Dialect, parse, transpile } from '@polyglot-sql/sdk';
