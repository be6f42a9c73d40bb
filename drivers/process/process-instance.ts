import { rmSync } from 'node:fs';
import { asBeelineError, BeelineError, type Clock, sleep } from '@beeline/core/base';
import {
  awaitReadiness,
  type DriverEvent,
  type Instance,
  type InstanceClaim,
  type InstanceCommand,
  type InstanceExit,
  type InstanceSpec,
  type InstanceState,
  type InstanceStats,
  type LogLine,
  requireLegalState,
  type StartedInstance,
  type StartOptions,
  sendClaim,
} from '../interface/index.ts';
import { type CapturedOutput, captureOutput, type OutputLimits } from './capture-output.ts';
import { type InstanceRecord, saveInstanceRecord } from './instance-record.ts';
import {
  isMarkOf,
  type MarkedProcess,
  readMemoryBytes,
  readOomKills,
  readProcess,
  runsStill,
} from './process-table.ts';
import { killMarked, sendSignal } from './signal-processes.ts';
import { spawnDetached } from './spawn-detached.ts';

export interface InstanceContext {
  readonly directory: string;
  readonly socketPath: string;
  readonly limits: OutputLimits;
  readonly clock: Clock;
  emit(event: DriverEvent): void;
  /** The processes of all instances of the driver: one search serves all that ask at the same time. */
  findProcesses(): Promise<readonly MarkedProcess[]>;
}

const describeExit = ({ code, signal }: InstanceExit) =>
  signal === null ? `exited with code ${code}` : `was ended by ${signal}`;

/** One supervised child with everything that it started. */
export class ProcessInstance {
  #labels: Readonly<Record<string, string>>;
  readonly #id: string;
  readonly #context: InstanceContext;
  readonly #ended = Promise.withResolvers<InstanceExit>();
  readonly #endSignal = new AbortController();
  #state: InstanceState = 'created';
  #process: { readonly pid: number; readonly startTicks: string } | null = null;
  #output: CapturedOutput | null = null;
  #exit: InstanceExit | null = null;
  #stopping: Promise<InstanceExit> | null = null;
  #cleanUp: Promise<void> | null = null;
  /** Whether this process started it; the end of any other has to be looked for. */
  #child = false;
  #forced = false;

  constructor(id: string, labels: Readonly<Record<string, string>>, context: InstanceContext) {
    this.#id = id;
    this.#labels = labels;
    this.#context = context;
  }

  /** An instance that an earlier owner started and that still serves. */
  static adopt(record: InstanceRecord, context: InstanceContext): ProcessInstance {
    const instance = new ProcessInstance(record.id, record.labels, context);
    instance.#process = { pid: record.pid, startTicks: record.startTicks };
    instance.#output = instance.#capture(true);
    instance.#state = 'ready';
    return instance;
  }

  describe(): Instance {
    const running = this.#state !== 'created' && this.#state !== 'exited';
    return {
      id: this.#id,
      labels: this.#labels,
      state: this.#state,
      endpoint: running ? { socketPath: this.#context.socketPath } : null,
    };
  }

  tail(): readonly LogLine[] {
    return [...(this.#output?.tail ?? [])];
  }

  async start(spec: InstanceSpec, options: StartOptions): Promise<StartedInstance> {
    this.require('start');
    if (options.restoreFrom !== undefined) {
      throw new BeelineError('DRIVER_UNAVAILABLE', { message: 'the process driver restores no checkpoints' });
    }
    this.#state = 'starting';
    const { clock } = this.#context;
    const calledAt = clock.monotonicMs();
    await this.#spawn(spec);
    const spawnMs = clock.monotonicMs() - calledAt;
    const started = await this.#orEnd(async () => {
      const { answeredMs, readyMs } = await this.#untilReady(spec.ready);
      return { answeredMs: spawnMs + answeredMs, readyMs: spawnMs + readyMs };
    });
    if (options.paused === true) await this.freeze();
    return { endpoint: this.#endpoint(), ...started };
  }

  async claim(claim: InstanceClaim): Promise<StartedInstance> {
    this.require('claim');
    const { clock, socketPath } = this.#context;
    const calledAt = clock.monotonicMs();
    this.#labels = claim.labels;
    this.#saveRecord(claim.ready.path);
    this.#signalGroup('SIGCONT');
    this.#state = 'starting';
    return this.#orEnd(async () => {
      const message = claim.message({ socketPath, modelDirectory: claim.modelDirectory });
      await sendClaim(this.#endpoint(), message, this.#endSignal.signal);
      const answeredMs = clock.monotonicMs() - calledAt;
      const { readyMs } = await this.#untilReady(claim.ready);
      return { endpoint: this.#endpoint(), answeredMs, readyMs: answeredMs + readyMs };
    });
  }

  async freeze(): Promise<void> {
    this.require('freeze');
    this.#state = 'frozen';
    this.#signalGroup('SIGSTOP');
  }

  async thaw(): Promise<void> {
    this.require('thaw');
    this.#signalGroup('SIGCONT');
    this.#state = 'ready';
  }

  stop(graceMs: number): Promise<InstanceExit> {
    if (this.#exit !== null) return Promise.resolve(this.#exit);
    if (this.#process === null) {
      this.#state = 'exited';
      this.#exit = { cause: 'stopped', code: null, signal: null };
      this.#endSignal.abort(this.#stoppedEarly());
      this.#ended.resolve(this.#exit);
      return this.#ended.promise;
    }
    this.#stopping ??= this.#end(graceMs);
    return this.#stopping;
  }

  #endpoint(): { readonly socketPath: string } {
    return { socketPath: this.#context.socketPath };
  }

  async #untilReady(ready: InstanceSpec['ready']): ReturnType<typeof awaitReadiness> {
    const { clock } = this.#context;
    const times = await awaitReadiness({
      endpoint: this.#endpoint(),
      ...ready,
      clock,
      signal: this.#endSignal.signal,
    });
    this.#state = 'ready';
    return times;
  }

  /** Does something; when it fails nothing of the instance runs any more. */
  async #orEnd<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (this.#exit === null) await this.stop(0);
      throw error;
    }
  }

  #stoppedEarly(): BeelineError {
    return new BeelineError('REPLICA_LOST', {
      message: `instance ${this.#id} was stopped while it started`,
    });
  }

  async stats(): Promise<InstanceStats> {
    this.require('stats');
    const { directory } = this.#context;
    const all = await this.#context.findProcesses();
    const pids = all.filter(({ mark }) => isMarkOf(directory, mark)).map(({ pid }) => pid);
    const memory = await Promise.all(pids.map(readMemoryBytes));
    return {
      memoryBytes: memory.reduce((sum, bytes) => sum + bytes, 0),
      cpuMs: pids.reduce((sum, pid) => sum + (readProcess(pid)?.cpuMs ?? 0), 0),
      processes: pids.length,
    };
  }

  /** Looks after it: reads what it wrote, and notices the end of one that is not our child. */
  tend(): void {
    this.#output?.readNew();
    const running = this.#process;
    if (running === null || this.#child || this.#exit !== null) return;
    if (!runsStill(running.pid, running.startTicks)) this.#finish(null, null, 'unknown');
  }

  /** Stops looking after it and leaves it running. */
  abandon(): void {
    this.#output?.finish();
  }

  /** Removes what it left on disk, once nothing of it runs any more. */
  async removeFiles(): Promise<void> {
    await this.#cleanUp;
    rmSync(this.#context.directory, { recursive: true, force: true });
    rmSync(this.#context.socketPath, { force: true });
  }

  require(call: Parameters<typeof requireLegalState>[1]): void {
    requireLegalState(this.#id, call, this.#state);
  }

  async #spawn(spec: InstanceSpec): Promise<void> {
    const { directory, socketPath } = this.#context;
    const oomKillsBefore = readOomKills();
    try {
      const command: InstanceCommand = spec.command({ socketPath, modelDirectory: spec.modelDirectory });
      const child = await spawnDetached(command, directory);
      this.#child = true;
      if (this.#exit !== null) {
        // It was stopped while the process was made: nothing may be left of it when the caller hears so.
        await killMarked(directory, this.#context.clock);
        throw this.#endSignal.signal.reason;
      }
      const startTicks = readProcess(child.pid)?.startTicks ?? '';
      this.#process = { pid: child.pid, startTicks };
      child.on('exit', (code, signal) => {
        const oom = signal === 'SIGKILL' && !this.#forced && readOomKills() > oomKillsBefore;
        this.#finish(code, signal, oom ? 'oom' : null);
      });
      this.#output = this.#capture(false);
      this.#saveRecord(spec.ready.path);
    } catch (error) {
      if (this.#process === null) this.#finish(null, null, 'exited');
      else await this.stop(0);
      throw error;
    }
  }

  #saveRecord(readyPath: string): void {
    const { directory, socketPath } = this.#context;
    if (this.#process === null) return;
    saveInstanceRecord(directory, {
      id: this.#id,
      labels: this.#labels,
      ...this.#process,
      socketPath,
      readyPath,
    });
  }

  #capture(adopted: boolean): CapturedOutput {
    const { directory, limits, clock, emit } = this.#context;
    return captureOutput({
      directory,
      limits,
      now: clock.now,
      adopted,
      onLine: (line) => emit({ type: 'log', id: this.#id, line }),
    });
  }

  #signalGroup(signal: NodeJS.Signals): void {
    const running = this.#process;
    if (running !== null && runsStill(running.pid, running.startTicks)) sendSignal(-running.pid, signal);
  }

  async #end(graceMs: number): Promise<InstanceExit> {
    const { clock } = this.#context;
    const frozen = this.#state === 'frozen';
    this.#state = 'stopping';
    this.#endSignal.abort(this.#stoppedEarly());
    if (graceMs > 0) {
      this.#signalGroup('SIGTERM');
      if (frozen) this.#signalGroup('SIGCONT');
      await Promise.race([this.#ended.promise, sleep(clock, graceMs)]);
    }
    if (this.#exit === null) {
      this.#forced = true;
      this.#signalGroup('SIGKILL');
    }
    await killMarked(this.#context.directory, clock);
    if (!this.#child) this.tend();
    return this.#ended.promise;
  }

  async #killLeftovers(): Promise<void> {
    try {
      await killMarked(this.#context.directory, this.#context.clock);
    } catch (error) {
      const { message } = asBeelineError(error);
      this.#context.emit({ type: 'lost', id: this.#id, reason: message });
    }
  }

  #finish(code: number | null, signal: string | null, cause: InstanceExit['cause'] | null): void {
    if (this.#exit !== null) return;
    const asked = this.#state === 'stopping' && !this.#forced;
    const byItself = signal === 'SIGKILL' ? 'killed' : 'exited';
    const exit: InstanceExit = {
      cause: this.#forced ? 'killed' : asked ? 'stopped' : (cause ?? byItself),
      code,
      signal,
    };
    this.#exit = exit;
    this.#state = 'exited';
    // The group of a child that ended this moment is still its own; that of an adopted one may not be.
    if (this.#child && this.#process !== null) sendSignal(-this.#process.pid, 'SIGKILL');
    this.#output?.finish();
    this.#endSignal.abort(
      new BeelineError('LOAD_FAILED', {
        message: `the model server ${describeExit(exit)} while it loaded the model`,
      }),
    );
    this.#context.emit({ type: 'exited', id: this.#id, exit });
    this.#ended.resolve(exit);
    if (this.#stopping === null) this.#cleanUp = this.#killLeftovers();
  }
}
