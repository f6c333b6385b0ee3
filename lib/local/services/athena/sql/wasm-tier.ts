import { setFlagsFromString } from 'node:v8';

// The SQL parser is one large WebAssembly module: compiling its hot functions anew takes V8 a second and 200 MB at once, and gains nothing at a few statements a second.
setFlagsFromString('--wasm-tiering-budget=2000000000');
