import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { logCrypto } from '#aws/log-crypto.ts';
import { EMPTY_EDGE, extend, rootOfEdge } from '#mesh/audit/log/edge.ts';
import { Frontier } from '#mesh/audit/log/frontier.ts';
import {
  consistencyPath,
  inclusionPath,
  isConsistent,
  leafHash,
  rootFromInclusion,
  rootOf,
} from '#mesh/audit/log/merkle.ts';
import { formatVerifierKey, hexOf, isSignedBy, parseNote, parseVerifierKey } from '#mesh/audit/log/note.ts';
import { entriesKey, startOf, tilePath } from '#mesh/audit/log/tile.ts';
import { canonicalText } from '#mesh/canonical.ts';

const { sha256, verify } = logCrypto;

/** The leaves that certificate transparency's own tests of RFC 6962 use, and the roots of the trees of the first n of them. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  (hex) => leafHash(new Uint8Array(Buffer.from(hex, 'hex')), sha256),
);
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => leafHash(Uint8Array.of(index & 255, index >> 8), sha256));

describe('the tree of RFC 6962', () => {
  test.each(ROOTS.map((root, size) => ({ root, size })))('of $size leaves has the known root', ({ root, size }) => {
    const leaves = LEAVES.slice(0, size);
    const frontier = new Frontier(sha256);
    for (const leaf of leaves) frontier.add(leaf);
    const { edge } = extend(EMPTY_EDGE, leaves, sha256);
    expect([rootOf(leaves, sha256), frontier.root(), rootOfEdge(edge, sha256)].map(hexOf)).toEqual([root, root, root]);
  });

  test('shows each leaf of each size, and no other', () => {
    for (let size = 1; size <= 40; size += 1) {
      const leaves = numbered(size);
      const root = hexOf(rootOf(leaves, sha256));
      for (let index = 0; index < size; index += 1) {
        const path = inclusionPath(index, leaves, sha256);
        const given = (at: number, leaf = leaves[index] as Uint8Array, hashes = path) =>
          rootFromInclusion({ index: at, size, leaf, path: hashes }, sha256);
        expect(hexOf(given(index) as Uint8Array)).toBe(root);
        const other = given(index, leafHash(Uint8Array.of(9, 9, 9), sha256));
        expect(other === undefined || hexOf(other) !== root).toBe(true);
        expect(given(index, leaves[index], [...path, LEAVES[0] as Uint8Array])).toBeUndefined();
        if (path.length > 0) expect(given(index, leaves[index], path.slice(1))).toBeUndefined();
        for (const elsewhere of [size, -1]) expect(given(elsewhere)).toBeUndefined();
      }
    }
  });

  test('shows that it grew out of each smaller one, and of no other', () => {
    for (let newSize = 1; newSize <= 34; newSize += 1) {
      const leaves = numbered(newSize);
      const newRoot = rootOf(leaves, sha256);
      for (let oldSize = 0; oldSize <= newSize; oldSize += 1) {
        const path = consistencyPath(oldSize, leaves, sha256);
        const oldRoot = rootOf(leaves.slice(0, oldSize), sha256);
        expect(isConsistent({ oldSize, oldRoot, newSize, newRoot, path }, sha256)).toBe(true);
        const forged = rootOf([...leaves.slice(1, oldSize), LEAVES[0] as Uint8Array], sha256);
        if (oldSize > 0) expect(isConsistent({ oldSize, oldRoot: forged, newSize, newRoot, path }, sha256)).toBe(false);
        if (path.length > 0)
          expect(isConsistent({ oldSize, oldRoot, newSize, newRoot, path: path.slice(1) }, sha256)).toBe(false);
      }
    }
  });

  test('comes out the same however many leaves are added at a time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 5 }), (parts) => {
        const leaves = numbered(parts.reduce((sum, part) => sum + part, 0));
        let edge = EMPTY_EDGE;
        for (const part of parts) edge = extend(edge, leaves.slice(edge.size, edge.size + part), sha256).edge;
        expect(hexOf(rootOfEdge(edge, sha256))).toBe(hexOf(rootOf(leaves, sha256)));
      }),
      { numRuns: 40 },
    );
  });

  test('past two levels of tiles', () => {
    const leaves = numbered(65_536 + 300);
    const { edge, tiles } = extend(EMPTY_EDGE, leaves, sha256);
    expect(edge.levels.map(({ length }) => length)).toEqual([44, 1, 1]);
    expect(hexOf(rootOfEdge(edge, sha256))).toBe(hexOf(rootOf(leaves, sha256)));
    expect(tiles.filter(({ level }) => level === 1).map(({ index, hashes }) => [index, hashes.length])).toEqual([
      [0, 256],
      [1, 1],
    ]);
  });
});

describe('what others have to read', () => {
  test('paths are those of tlog-tiles', () => {
    expect(tilePath(0, 1_234_067, 256)).toBe('log/tile/0/x001/x234/067');
    expect(tilePath('entries', 0, 8)).toBe('log/tile/entries/000.p/8');
    expect([0, 7, 1_234_567].map((start) => startOf(entriesKey(start)))).toEqual([0, 7, 1_234_567]);
  });

  test('canonical JSON is that of RFC 8785', () => {
    expect(
      canonicalText({
        numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 1e-27],
        string: '€$\u000f\nA\'B"\\"/',
        literals: [null, true, false],
      }),
    ).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\"/"}',
    );
    expect(canonicalText({ '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 })).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    );
    expect(canonicalText({ half: '\ud800' })).toBe('{"half":"\ufffd"}');
  });

  test('notes are signed notes: a key and a note that the Go checksum database publishes', () => {
    expect(parseVerifierKey('sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8', sha256)?.name).toBe(
      'sum.golang.org',
    );
    const written = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    const key = parseVerifierKey(written, sha256);
    const note = parseNote(
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
    );
    expect(key && note && isSignedBy(note, key, verify)).toBe(true);
    expect(key && note && isSignedBy({ ...note, text: note.text.replace('think', 'hope') }, key, verify)).toBe(false);
    expect(key && formatVerifierKey(key)).toBe(written);
    expect(parseVerifierKey(written.replace('c74f20a3', 'c74f20a4'), sha256)).toBeUndefined();
  });
});
