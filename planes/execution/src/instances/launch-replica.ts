import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import type { RevisionAssignment } from '@beeline/core/contract';
import type { BoxKey } from '@beeline/core/secrets';
import type { Driver, InstanceClaim, InstanceSpec, StartedInstance } from '@beeline/drivers/interface';
import type { ClaimSpec, LaunchRequest, LaunchSpec, Runtime } from '@beeline/runtime-interface';
import type { Artifact, ArtifactCache } from '../artifacts/artifact-cache.ts';
import { openEnvs, refuseLoaderEnvs } from './open-envs.ts';
import type { Replica } from './replica.ts';

export interface LaunchContext {
  readonly location: string;
  readonly artifacts: ArtifactCache;
  readonly drivers: Readonly<Record<string, Driver>>;
  readonly runtimes: Readonly<Record<string, Runtime>>;
  /** Where runtimes may keep compiled code between starts, each workspace apart. */
  readonly codeCacheDirectory: string;
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Secret values are sealed for it. */
  readonly boxKey: BoxKey;
}

/** Thrown when a replica that is starting was drained meanwhile: nothing went wrong. */
export class LaunchCancelled extends Error {
  override readonly name = 'LaunchCancelled';
}

function lookUp<T>(table: Readonly<Record<string, T>>, name: string, what: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found !== undefined) return found;
  throw new BeelineError('TASK_UNSUPPORTED', {
    message: `this location has no ${what} ${name}; it has ${Object.keys(table).join(', ') || 'none'}`,
  });
}

/** The driver that a revision's replicas run on. */
export function driverOf(context: Pick<LaunchContext, 'drivers'>, assignment: RevisionAssignment): Driver {
  return lookUp(context.drivers, assignment.template.generation, 'generation');
}

/** Labels that tell a restarted location what an instance is. */
export function labelsOf(
  location: string,
  assignment: RevisionAssignment,
  launch: LaunchSpec,
  digest: string,
  startedAt: number,
): Record<string, string> {
  return {
    location,
    workspace: assignment.workspace,
    model: assignment.model,
    environment: assignment.environment,
    revision: assignment.revision,
    artifact: digest,
    startedAt: String(startedAt),
    hardConcurrency: String(launch.concurrency.hard),
    graceMs: String(launch.drain.graceMs),
    readyPath: launch.ready.path,
  };
}

function buildSpec(runtime: Runtime, request: LaunchRequest): LaunchSpec {
  try {
    return runtime.buildLaunchSpec(request);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BeelineError('MODEL_INVALID', { message: `spec.runtime: ${error.message}`, cause: error });
  }
}

function claimFailed(what: string): BeelineError {
  return new BeelineError('CLAIM_FAILED', { message: `${what} cannot be told its model while it waits` });
}

function buildClaim(runtime: Runtime, request: LaunchRequest): ClaimSpec {
  const claim = runtime.pool?.buildClaim(request);
  if (claim == null) throw claimFailed(`a server of runtime ${runtime.name}`);
  return claim;
}

async function claimInstance(driver: Driver, id: string, claim: InstanceClaim): Promise<StartedInstance> {
  if (driver.claim === undefined) throw claimFailed(`an instance of driver ${driver.name}`);
  try {
    return await driver.claim(id, claim);
  } catch (error) {
    // It ended in the moment in which it was taken.
    const ended = error instanceof BeelineError && error.code === 'INSTANCE_STATE_INVALID';
    throw ended ? claimFailed(`instance ${id} has ended and`) : error;
  }
}

async function startInstance(driver: Driver, spec: InstanceSpec): Promise<StartedInstance> {
  await driver.create(spec);
  return driver.start(spec.id);
}

function continueOrCancel(replica: Replica): void {
  if (replica.state === 'draining') throw new LaunchCancelled(`replica ${replica.id} is no longer wanted`);
}

type OnStep = (state: 'fetching' | 'starting', artifact: Artifact | null) => void;

/**
 * Brings one replica up: files, a look at them, process, readiness.
 * @throws BeelineError when one of these fails; LaunchCancelled when the replica was drained meanwhile.
 */
export async function launchReplica(
  context: LaunchContext,
  assignment: RevisionAssignment,
  digest: string | null,
  replica: Replica,
  onStep: OnStep,
): Promise<StartedInstance> {
  const { origin, runtime: wanted } = assignment.template;
  // Nothing is fetched for what cannot run here anyway.
  driverOf(context, assignment);
  lookUp(context.runtimes, wanted.engine, 'runtime');
  refuseLoaderEnvs(assignment);
  onStep('fetching', null);
  const trusted = (assignment.originNamedBy ?? 'owner') === 'owner';
  const wantedFiles = { path: origin.path, digest, trusted };
  const artifact = await context.artifacts.fetch(wantedFiles, replica.unwanted.signal);
  try {
    continueOrCancel(replica);
    onStep('fetching', artifact);
    return await launchFrom(context, assignment, artifact, replica, onStep);
  } finally {
    // From here on the revision, which knows the digest now, is what keeps the files.
    artifact.release();
  }
}

async function launchFrom(
  context: LaunchContext,
  assignment: RevisionAssignment,
  artifact: Artifact,
  replica: Replica,
  onStep: OnStep,
): Promise<StartedInstance> {
  const wanted = assignment.template.runtime;
  const driver = driverOf(context, assignment);
  const runtime = lookUp(context.runtimes, wanted.engine, 'runtime');
  const inspection = await runtime.inspectModel(artifact.directory, wanted);
  if (!inspection.ok) throw new BeelineError(inspection.code, { message: inspection.message });
  continueOrCancel(replica);
  onStep('starting', artifact);

  const codeCacheDirectory = join(context.codeCacheDirectory, assignment.workspace);
  await mkdir(codeCacheDirectory, { recursive: true, mode: 0o700 });
  const request = {
    modelName: assignment.model,
    task: inspection.task,
    dtype: inspection.dtype,
    envs: openEnvs(context.boxKey, assignment),
    startTimeoutMs: wanted.startTimeoutMs,
    codeCacheDirectory,
  };
  const outside = buildSpec(runtime, {
    ...request,
    modelDirectory: artifact.directory,
    socketPath: '/run/model.sock',
  });
  replica.hardConcurrency = outside.concurrency.hard;
  replica.graceMs = outside.drain.graceMs;
  replica.readyPath = outside.ready.path;
  const instance = {
    labels: labelsOf(context.location, assignment, outside, artifact.digest, context.now()),
    modelDirectory: artifact.directory,
    ready: outside.ready,
  };
  const startedAt = context.monotonicMs();
  const started = replica.pooled
    ? await claimInstance(driver, replica.id, {
        ...instance,
        message: (inside) => buildClaim(runtime, { ...request, ...inside }),
      })
    : await startInstance(driver, {
        ...instance,
        id: replica.id,
        command: (inside) => buildSpec(runtime, { ...request, ...inside }),
      });
  continueOrCancel(replica);
  replica.target = started.endpoint;
  replica.answeredAt = startedAt + started.answeredMs;
  replica.readyAt = startedAt + started.readyMs;
  return started;
}
