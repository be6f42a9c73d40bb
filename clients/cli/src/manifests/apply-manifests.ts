import { BeelineError } from '@beeline/core/base';
import type { Environment, Model, Policy } from '@beeline/core/resources';
import type { Applied } from '@beeline/sdk';
import { asCliError } from '../report-error.ts';
import { explainCredentials, type Session } from '../settings/open-session.ts';
import type { Manifest } from './parse-manifest.ts';
import { pinModelFiles } from './pin-model-files.ts';
import { type LocatedManifest, manifestTitle } from './read-manifests.ts';

/** A document that was not applied, and why. */
export interface ApplyFailure {
  readonly located: LocatedManifest;
  readonly error: BeelineError;
}

type AppliedResource = Applied<Model> | Applied<Environment> | Applied<Policy>;

export interface ApplySuccess {
  readonly manifest: Manifest;
  readonly applied: AppliedResource;
}

/** The model was there before with other files. */
export function filesChanged({ before, resource }: AppliedResource): boolean {
  if (before === null || !('runtime' in before.spec) || !('runtime' in resource.spec)) return false;
  const [old, now] = [before.spec.runtime.modelDigest, resource.spec.runtime.modelDigest];
  return old !== undefined && now !== undefined && old !== now;
}

function sendManifest({ client, io }: Session, manifest: Manifest): Promise<AppliedResource> {
  const options = { signal: io.signal };
  switch (manifest.kind) {
    case 'Model':
      return client.models.apply(manifest.input, options);
    case 'Environment':
      return client.environments.apply(manifest.input, options);
    case 'Policy':
      return client.policies.apply(manifest.input, options);
  }
}

/** Says that what the platform misses comes later in the same apply. */
export function explainOrder(error: BeelineError, later: readonly Manifest[]): BeelineError {
  const text = [error.message, ...error.fields.map(({ received }) => received ?? '')].join(' ');
  const missed = later.find(
    ({ kind, input }) => kind !== 'Model' && text.includes(JSON.stringify(input.metadata.name)),
  );
  if (error.kind !== 'invalid' && error.kind !== 'not_found') return error;
  if (missed === undefined) return error;
  const hint = `${manifestTitle(missed)} comes later in what is applied: move it before this document`;
  return new BeelineError(error.code, {
    message: `${error.message}; ${hint}`,
    fields: error.fields.map((field, index) => (index === 0 ? { ...field, hint } : field)),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
  });
}

/** No other document will fare better when the platform is not there or does not know us. */
const endsApply = (error: BeelineError) =>
  error.kind === 'unauthenticated' || error.code === 'CONNECTION_FAILED';

const notSent = (first: BeelineError): BeelineError =>
  new BeelineError(first.code, { message: 'was not sent, because the document before it failed that way' });

/**
 * Sends documents one after the other; one that is refused does not keep the others back.
 * @param done called for each document that was applied, as soon as it was.
 */
export async function applyManifests(
  session: Session,
  all: readonly LocatedManifest[],
  done: (success: ApplySuccess) => Promise<void>,
): Promise<{ readonly succeeded: readonly ApplySuccess[]; readonly failed: readonly ApplyFailure[] }> {
  const succeeded: ApplySuccess[] = [];
  const failed: ApplyFailure[] = [];
  for (const [index, located] of all.entries()) {
    const later = all.slice(index + 1);
    try {
      const success = {
        manifest: located.manifest,
        applied: await sendManifest(session, await pinModelFiles(session.io, located)),
      };
      succeeded.push(success);
      await done(success);
    } catch (thrown) {
      session.io.signal.throwIfAborted();
      const refused = located.hideSecrets(asCliError(thrown));
      const error = explainOrder(
        refused,
        later.map(({ manifest }) => manifest),
      );
      failed.push({ located, error: explainCredentials(error, session.settings) });
      if (!endsApply(error)) continue;
      failed.push(...later.map((rest) => ({ located: rest, error: notSent(error) })));
      break;
    }
  }
  return { succeeded, failed };
}
