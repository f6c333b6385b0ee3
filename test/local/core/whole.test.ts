import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Store } from '#local/core/store.ts';
import { temporaryFolder } from '../deployer/assembly.ts';

describe('a piece of work that is whole or not at all', () => {
  let folder: string;
  let store: Store;

  beforeEach(() => {
    folder = temporaryFolder();
    store = new Store(join(folder, 'state.sqlite'));
    for (const key of ['changed', 'deleted', 'kept']) store.put('ns', key, 'before');
    store.put('cleared', 'one', 'before');
  });

  /** What is there when the process is killed now and the file is opened again. */
  const afterKill = (): Record<string, unknown> => {
    const copy = temporaryFolder();
    cpSync(folder, copy, { recursive: true });
    const opened = new Store(join(copy, 'state.sqlite'));
    const all = ['ns', 'cleared'].flatMap((ns) => opened.list(ns).map(({ key, value }) => [`${ns} ${key}`, value]));
    opened.close();
    return Object.fromEntries(all);
  };
  const BEFORE = { 'ns changed': 'before', 'ns deleted': 'before', 'ns kept': 'before', 'cleared one': 'before' };
  const AFTER = { 'ns changed': 'again', 'ns kept': 'before', 'ns made': 'after' };
  const work = () => {
    store.put('ns', 'made', 'after');
    store.put('ns', 'changed', 'after');
    store.delete('ns', 'deleted');
    store.clear('cleared');
    store.transaction(() => store.put('ns', 'changed', 'again'));
  };

  test('leaves nothing when it is killed in the middle, and all when it ended', async () => {
    await store.whole(async () => {
      work();
      expect(afterKill()).toEqual(BEFORE);
      await new Promise((resolve) => setImmediate(resolve));
      expect(afterKill()).toEqual(BEFORE);
      expect(store.get('ns', 'changed')).toBe('again');
    });
    expect(afterKill()).toEqual(AFTER);
  });

  test('makes again what it had made and deleted, or deleted and made', async () => {
    await store.whole(async () => {
      store.delete('ns', 'changed');
      store.put('ns', 'changed', 'after');
      store.put('ns', 'made', 'after');
      store.delete('ns', 'made');
      expect(afterKill()).toEqual(BEFORE);
    });
  });

  test('keeps what it wrote when it fails: whoever is still there sees to it', async () => {
    const failing = store.whole(async () => {
      work();
      throw new Error('failed');
    });
    await expect(failing).rejects.toThrow('failed');
    expect(afterKill()).toEqual(AFTER);
  });

  test('leaves alone what others write meanwhile, its own documents included', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const going = store.whole(async () => {
      store.put('ns', 'changed', 'after');
      store.put('ns', 'kept', 'after');
      await promise;
    });
    store.put('ns', 'others', 'acknowledged');
    store.put('ns', 'changed', 'acknowledged');
    expect(afterKill()).toEqual({ ...BEFORE, 'ns others': 'acknowledged', 'ns changed': 'acknowledged' });
    resolve();
    await going;
  });

  test('leaves alone what others wrote between two of its own writes', async () => {
    await store.whole(async () => {
      store.put('ns', 'changed', 'after');
      store.apart(() => store.put('ns', 'changed', 'acknowledged'));
      store.put('ns', 'changed', 'again');
      store.put('ns', 'changed', 'and again');
      expect(afterKill()).toEqual({ ...BEFORE, 'ns changed': 'acknowledged' });
    });
  });

  test('leaves nothing of either of two that are under way on one document', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const going = ['first', 'second'].map((value) =>
      store.whole(async () => {
        store.put('ns', 'changed', value);
        store.put('ns', `made by ${value}`, value);
        await promise;
      }),
    );
    expect(afterKill()).toEqual(BEFORE);
    resolve();
    await Promise.all(going);
    expect(afterKill()).toMatchObject({ 'ns changed': 'second' });
  });

  test('has no part in what it starts apart, nor in what goes on after it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let later: Promise<void> | undefined;
    await store.whole(async () => {
      store.apart(() => store.put('ns', 'apart', 'kept'));
      later = promise.then(() => store.put('ns', 'later', 'kept'));
      expect(afterKill()).toEqual({ ...BEFORE, 'ns apart': 'kept' });
    });
    resolve();
    await later;
    expect(afterKill()).toEqual({ ...BEFORE, 'ns apart': 'kept', 'ns later': 'kept' });
  });

  test('is nothing that a second kill or a second start finds', async () => {
    await store.whole(async () => {
      work();
      const copy = temporaryFolder();
      cpSync(folder, copy, { recursive: true });
      new Store(join(copy, 'state.sqlite')).close();
      const opened = new Store(join(copy, 'state.sqlite'));
      opened.put('ns', 'made', 'later');
      opened.close();
      const again = new Store(join(copy, 'state.sqlite'));
      expect(again.get('ns', 'made')).toBe('later');
      again.close();
    });
  });
});
