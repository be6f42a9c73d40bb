import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BeelineError, type Clock, type Logger } from '@beeline/core/base';
import {
  type Capabilities,
  type Driver,
  type DriverEvent,
  type InstanceSpec,
  probeHealth,
} from '../interface/index.ts';
import { defaultOutputLimits, type OutputLimits } from './capture-output.ts';
import { type InstanceRecord, loadInstanceRecord } from './instance-record.ts';
import { type InstanceContext, ProcessInstance } from './process-instance.ts';
import { findMarked, readProcess, runsStill } from './process-table.ts';
import { shareRunning } from './share-running.ts';
import { killMarked, markVariable, sendSignal } from './signal-processes.ts';
import { chooseSocketDirectory, openPrivateDirectory } from './socket-directory.ts';
import { takeOwnership } from './take-ownership.ts';

export interface ProcessDriverOptions {
  /** Its own; kept between starts, so that instances can be taken over. */
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long instances go on without an owner before they are ended: 30 s when absent; 0 ends them at once. */
  readonly adoptionWindowMs?: number;
  readonly outputLimits?: Partial<OutputLimits>;
}

/** How often outputs are read and adopted instances are looked after. */
const tendMs = 100;
const orphanGraceMs = 5_000;

const capabilities: Capabilities = {
  isolation: 'none',
  freeze: true,
  checkpoint: false,
  pools: true,
  adoption: true,
  gpu: true,
  egressControl: false,
  limits: { memory: false, cpu: false },
  notes: ['model servers run as this user with its rights: for development and for models that you trust'],
};

function refuseUnsupported(spec: InstanceSpec): void {
  if (!/^[a-z0-9]{1,24}$/.test(spec.id)) {
    throw new BeelineError('INVALID_INPUT', {
      message: `an instance id is 1 to 24 lowercase letters and digits (received ${JSON.stringify(spec.id)})`,
    });
  }
  const limits = Object.keys(spec.limits ?? {});
  if (limits.length === 0) return;
  throw new BeelineError('DRIVER_UNAVAILABLE', {
    message: `the process driver cannot enforce ${limits.join(' and ')}; leave it out, or use a generation that can`,
  });
}

function requireProc(): void {
  if (existsSync('/proc/self/stat')) return;
  throw new BeelineError('DRIVER_UNAVAILABLE', {
    message: `the process driver needs Linux with /proc; this machine runs ${process.platform}`,
  });
}

/**
 * Runs model servers as plain child processes, each in a session of its own and on a private socket. They survive a
 * crash of this process: the next driver on the same directory takes them over or ends them, and a guard ends them
 * when none comes.
 * @throws BeelineError DRIVER_UNAVAILABLE, DATA_DIRECTORY_UNUSABLE.
 */
export function openProcessDriver(options: ProcessDriverOptions): Driver {
  requireProc();
  const { clock, logger } = options;
  mkdirSync(options.directory, { recursive: true });
  const directory = realpathSync(options.directory);
  const instancesDirectory = join(directory, 'instances');
  const socketDirectory = chooseSocketDirectory(directory, process.getuid?.() ?? 0);
  openPrivateDirectory(instancesDirectory);
  openPrivateDirectory(socketDirectory);
  const ownership = takeOwnership({
    directory,
    instancesDirectory,
    adoptionWindowMs: options.adoptionWindowMs ?? 30_000,
    graceMs: orphanGraceMs,
    clock,
    logger,
  });

  const instances = new Map<string, ProcessInstance>();
  const specs = new Map<string, InstanceSpec>();
  const listeners = new Set<(event: DriverEvent) => void>();
  let cancelTending: (() => void) | null = null;
  let closed = false;

  const findProcesses = shareRunning(() => findMarked(markVariable, instancesDirectory));
  const contextOf = (id: string): InstanceContext => ({
    directory: join(instancesDirectory, id),
    socketPath: join(socketDirectory, `${id}.sock`),
    limits: { ...defaultOutputLimits, ...options.outputLimits },
    clock,
    findProcesses,
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
  });
  const find = (id: string): ProcessInstance => {
    const instance = instances.get(id);
    if (instance !== undefined) return instance;
    throw new BeelineError('RESOURCE_NOT_FOUND', { message: `there is no instance ${id}` });
  };
  const tend = () => {
    cancelTending = null;
    for (const instance of instances.values()) instance.tend();
    if (instances.size > 0 && !closed) cancelTending = clock.setTimer(tendMs, tend);
  };
  const add = (id: string, instance: ProcessInstance) => {
    instances.set(id, instance);
    cancelTending ??= clock.setTimer(tendMs, tend);
  };

  async function stillServes(record: InstanceRecord): Promise<boolean> {
    if (!runsStill(record.pid, record.startTicks)) return false;
    if (readProcess(record.pid)?.state === 'T') sendSignal(-record.pid, 'SIGCONT');
    return (await probeHealth({ socketPath: record.socketPath }, record.readyPath)) === 200;
  }

  async function adoptOrRemove(id: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const context = contextOf(id);
    const record = loadInstanceRecord(context.directory);
    const wanted =
      record !== null && Object.entries(labels).every(([name, value]) => record.labels[name] === value);
    if (wanted && (await stillServes(record))) {
      add(id, ProcessInstance.adopt(record, context));
      logger.info({ instance: id, pid: record.pid }, 'took over a running instance');
      return;
    }
    const killed = await killMarked(context.directory, clock);
    logger.info({ instance: id, processes: killed }, 'removed what an earlier run left of an instance');
    await rm(context.directory, { recursive: true, force: true });
    await rm(context.socketPath, { force: true });
  }

  /** Processes whose instance directory is gone already. */
  async function killStrays(): Promise<void> {
    const marks = (await findMarked(markVariable, instancesDirectory)).map(({ mark }) => mark);
    const strays = new Set(marks.filter((mark) => !instances.has(basename(mark))));
    await Promise.all([...strays].map((mark) => killMarked(mark, clock)));
  }

  return {
    name: 'process',
    async probe() {
      return capabilities;
    },
    async create(spec) {
      refuseUnsupported(spec);
      const context = contextOf(spec.id);
      if (closed || instances.has(spec.id) || existsSync(context.directory)) {
        throw new BeelineError('RESOURCE_CONFLICT', {
          message: closed
            ? 'the driver is closed'
            : `instance id ${spec.id} was used before; choose a new one`,
        });
      }
      mkdirSync(context.directory, { mode: 0o700 });
      specs.set(spec.id, spec);
      const instance = new ProcessInstance(spec.id, spec.labels, context);
      add(spec.id, instance);
      return instance.describe();
    },
    async start(id, startOptions = {}) {
      const instance = find(id);
      instance.require('start');
      const spec = specs.get(id);
      specs.delete(id);
      if (spec === undefined) throw new BeelineError('INTERNAL_ERROR', { message: `no spec of ${id}` });
      return instance.start(spec, startOptions);
    },
    freeze: async (id) => find(id).freeze(),
    thaw: async (id) => find(id).thaw(),
    claim: async (id, claim) => find(id).claim(claim),
    stop: async (id, graceMs) => find(id).stop(graceMs),
    async remove(id) {
      const instance = find(id);
      instance.require('remove');
      await instance.removeFiles();
      instances.delete(id);
      specs.delete(id);
    },
    tail: (id) => find(id).tail(),
    stats: async (id) => find(id).stats(),
    list: () => [...instances.values()].map((instance) => instance.describe()),
    async reconcile(labels) {
      const names = (await readdir(instancesDirectory)).filter((name) => !instances.has(name));
      await Promise.all(names.map((name) => adoptOrRemove(name, labels)));
      await killStrays();
      return names
        .flatMap((name) => instances.get(name)?.describe() ?? [])
        .filter((instance) => instance.state !== 'exited');
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      if (closed) return;
      closed = true;
      cancelTending?.();
      for (const instance of instances.values()) instance.abandon();
      const left = [...instances.values()].some(
        (instance) => !['created', 'exited'].includes(instance.describe().state),
      );
      listeners.clear();
      await ownership.release(left);
      const elsewhere = !socketDirectory.startsWith(directory);
      if (elsewhere && !left) await rm(socketDirectory, { recursive: true, force: true });
    },
  };
}
