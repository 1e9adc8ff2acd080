import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** A file of the page. */
interface ConsoleAsset {
  readonly type: string;
  readonly body: string;
}

/** The files of the page, by their paths; nothing else is served. */
export type ConsoleAssets = ReadonlyMap<string, ConsoleAsset>;

const FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/page.js', 'page.js', 'text/javascript; charset=utf-8'],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
] as const;

/** Reads the files of the page from the folder that they were built into. */
export async function readConsoleAssets(folder: string): Promise<ConsoleAssets> {
  const assets = FILES.map(async ([pathname, file, type]) => {
    const body = await readFile(path.join(folder, file), 'utf8');
    return [pathname, { type, body }] as const;
  });
  return new Map(await Promise.all(assets));
}
