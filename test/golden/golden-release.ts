import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** What a release left, and what has to be found in it. */
export interface GoldenRelease {
  readonly release: string;
  /** When it was stopped, in milliseconds since 1970: records that are kept for days are looked at from this time. */
  readonly stoppedAt: number;
  readonly adminKey: string;
  readonly extraKey: string;
  /** Ids by model. */
  readonly revisions: Readonly<Record<string, readonly string[]>>;
  /** Of the model `sentiment`. */
  readonly executions: readonly string[];
  /** How many the model `sentiment` has. */
  readonly logLines: number;
  readonly question: unknown;
  readonly answer: unknown;
}

export function releaseDirectory(release: string): string {
  return join(import.meta.dirname, 'releases', release);
}

export function loadGoldenRelease(release: string): GoldenRelease {
  return JSON.parse(readFileSync(join(releaseDirectory(release), 'about.json'), 'utf8')) as GoldenRelease;
}

const most = 256 * 1024 * 1024;

/** A directory as one small file. A window over all of it finds the copies that a database has of itself. */
export function packDirectory(directory: string): Buffer {
  const tar = execFileSync(
    'tar',
    ['--sort=name', '--owner=0', '--group=0', '-C', directory, '-cf', '-', '.'],
    {
      maxBuffer: most,
    },
  );
  return brotliCompressSync(tar, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LARGE_WINDOW]: 1,
      [constants.BROTLI_PARAM_LGWIN]: 27,
    },
  });
}

/** Puts the data directory that a release left into a directory that does not exist yet. */
export function unpackRelease(release: string, directory: string): void {
  const packed = readFileSync(join(releaseDirectory(release), 'data-directory.tar.br'));
  const tar = brotliDecompressSync(packed, {
    params: { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 1 },
    maxOutputLength: most,
  });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  execFileSync('tar', ['-C', directory, '-xf', '-'], { input: tar, maxBuffer: most });
}
