import { BeelineError } from '@beeline/core/base';
import { type CliIo, writeLine } from '../cli-io.ts';
import { errorLines, locateError } from '../report-error.ts';
import { paint, show } from '../terminal/show.ts';
import { findManifestFiles, type ManifestFile } from './find-manifest-files.ts';
import { hideSecrets } from './hide-secrets.ts';
import { loadSecrets } from './load-secrets.ts';
import { markSecrets } from './mark-secrets.ts';
import { type ParsedDocument, parseDocuments } from './parse-documents.ts';
import { type Manifest, type ManifestContext, parseManifest } from './parse-manifest.ts';
import type { Lookups } from './substitute-variables.ts';

/** A checked document and where it came from. */
export interface LocatedManifest {
  readonly manifest: Manifest;
  /** `examples/x.yaml` or `examples/x.yaml (document 2)`. */
  readonly where: string;
  /** Takes out of an error what a secret of this document would show. */
  hideSecrets(error: BeelineError): BeelineError;
}

export interface ManifestRequest {
  /** Files, directories, `-`. */
  readonly names: readonly string[];
  readonly recursive: boolean;
  /** Files of secrets. */
  readonly secrets: readonly string[];
  readonly environment: ManifestContext['environment'];
}

/** Name of a manifest for people: `Model sentiment (production)`. */
export const manifestTitle = ({ kind, environment, input }: Manifest): string =>
  `${kind} ${input.metadata.name}${environment === null ? '' : ` (${environment})`}`;

function findDuplicates(located: readonly LocatedManifest[]): readonly BeelineError[] {
  const seen = new Map<string, string>();
  const errors: BeelineError[] = [];
  for (const { manifest, where } of located) {
    const title = manifestTitle(manifest);
    const before = seen.get(title);
    if (before !== undefined) {
      const message = `${where}: ${title} is in ${before} already; keep one of the two`;
      errors.push(new BeelineError('INVALID_INPUT', { message }));
    }
    seen.set(title, before ?? where);
  }
  return errors;
}

/** All that is wrong, as one error: a line for each. */
function joinErrors(errors: readonly BeelineError[]): BeelineError {
  const [first] = errors;
  if (errors.length === 1 && first !== undefined) return first;
  return new BeelineError('INVALID_INPUT', { message: errors.flatMap(errorLines).join('\n') });
}

/** Of one document; more of them say nothing new. */
const shownWarnings = 20;

async function warnOfUnset(io: CliIo, where: string, document: ParsedDocument): Promise<void> {
  const label = paint(io.stderr, io.env, 'yellow', 'warning:');
  for (const { name, field } of document.unset.slice(0, shownWarnings)) {
    await writeLine(
      io.stderr,
      show`${label} ${where}: ${field}: the variable ${name} is not set and stays as it is written`,
    );
  }
  const more = document.unset.length - shownWarnings;
  if (more > 0) await writeLine(io.stderr, show`${label} ${where}: ${more} more variables are not set`);
}

function parseFile(
  file: ManifestFile,
  lookups: Lookups,
  context: Omit<ManifestContext, 'directory'>,
  errors: BeelineError[],
): readonly { where: string; document: ParsedDocument; located: LocatedManifest | null }[] {
  const collect = <T>(where: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof BeelineError)) throw error;
      errors.push(locateError(error, where));
      return undefined;
    }
  };
  const documents = collect(file.label, () => parseDocuments(file.text, lookups)) ?? [];
  return documents.map((parsed) => {
    const where = documents.length === 1 ? file.label : `${file.label} (document ${parsed.number})`;
    const document = collect(where, () => markSecrets(parsed));
    if (document === undefined) return { where, document: parsed, located: null };
    const hide = (error: BeelineError) => hideSecrets(document, error);
    const manifest = collect(where, () => {
      try {
        return parseManifest(document.value, { ...context, directory: file.directory });
      } catch (error) {
        throw error instanceof BeelineError ? hide(error) : error;
      }
    });
    const located = manifest === undefined ? null : { manifest, where, hideSecrets: hide };
    return { where, document, located };
  });
}

/**
 * Reads and checks every document before anything is sent; warns of variables that are not set.
 * @throws BeelineError INVALID_INPUT with all that is wrong in all documents; USAGE_ERROR for unreadable files.
 */
export async function readManifests(
  io: CliIo,
  request: ManifestRequest,
): Promise<readonly LocatedManifest[]> {
  const secret = await loadSecrets(io, request.secrets);
  const files = await findManifestFiles(io, request.names, request.recursive);
  const errors: BeelineError[] = [];
  const lookups = { variable: (name: string) => io.env[name], secret };
  const parsed = files.flatMap((file) => parseFile(file, lookups, request, errors));
  for (const { where, document } of parsed) await warnOfUnset(io, where, document);
  const located = parsed.flatMap((entry) => entry.located ?? []);
  errors.push(...findDuplicates(located));
  if (errors.length > 0) throw joinErrors(errors);
  if (located.length > 0) return located;
  throw new BeelineError('INVALID_INPUT', {
    message: `${files.map(({ label }) => label).join(', ')}: there is no document; write apiVersion, kind, metadata and spec`,
  });
}
