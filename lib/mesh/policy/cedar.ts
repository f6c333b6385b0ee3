import * as wasm from '@cedar-policy/cedar-wasm/web';
import { WeftError } from '../error.ts';

/** The operations of Cedar that the mesh uses; all of them are synchronous and pure. */
export type Cedar = Pick<
  typeof wasm,
  | 'policyToJson'
  | 'policyToText'
  | 'preparsePolicySet'
  | 'statefulIsAuthorized'
  | 'validate'
  | 'getValidRequestEnvsPolicy'
  | 'getCedarVersion'
  | 'checkParseSchema'
  | 'schemaToJson'
>;

export type { EntityJson, EntityUidJson, Expr, PolicyJson, TypeAndId } from '@cedar-policy/cedar-wasm/web';

let opened = false;

/**
 * Cedar, made from the bytes of its module the first time. Compiling it takes some ten milliseconds, so nobody opens it who does not decide.
 * @throws WEFT-POLICY-010 when the bytes are no Cedar module.
 */
export function openCedar(bytes: () => Uint8Array<ArrayBuffer>): Cedar {
  if (opened) return wasm;
  try {
    wasm.initSync({ module: bytes() });
  } catch (cause) {
    throw new WeftError('WEFT-POLICY-010', 'the module of Cedar cannot be opened', {
      cause,
      hint: 'deploy again: `cedar.wasm` lies beside the code of each Lambda that decides',
    });
  }
  opened = true;
  return wasm;
}
