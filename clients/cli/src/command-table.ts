import type { Command } from 'commander';
import type { CliIo } from './cli-io.ts';

/** What a command's module gets to attach itself: it reports its exit code through `finish`. */
export interface CommandContext {
  readonly io: CliIo;
  finish(exitCode: number): void;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Loads the module of the command and adds its arguments, flags and action. */
  define(command: Command, context: CommandContext): Promise<void>;
}

/** Every command; the module of one is loaded only when it is the one that was named. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'up',
    summary: 'start the platform on this machine, in the foreground',
    define: async (command, context) => (await import('./commands/up.ts')).defineUp(command, context),
  },
  {
    name: 'apply',
    summary: 'create or change what manifests describe',
    define: async (command, context) => (await import('./commands/apply.ts')).defineApply(command, context),
  },
  {
    name: 'get',
    summary: 'show models, revisions, executions, environments, policies, locations',
    define: async (command, context) => (await import('./commands/get.ts')).defineGet(command, context),
  },
  {
    name: 'delete',
    summary: 'delete a resource, or those that manifests name',
    define: async (command, context) => (await import('./commands/delete.ts')).defineDelete(command, context),
  },
  {
    name: 'run',
    summary: 'send one request to a model',
    define: async (command, context) => (await import('./commands/run.ts')).defineRun(command, context),
  },
  {
    name: 'logs',
    summary: 'show what a model wrote, and follow it',
    define: async (command, context) => (await import('./commands/logs.ts')).defineLogs(command, context),
  },
  {
    name: 'top',
    summary: 'show how busy deployments are, live',
    define: async (command, context) => (await import('./commands/top.ts')).defineTop(command, context),
  },
  {
    name: 'activate',
    summary: 'make a deactivated deployment reachable again',
    define: async (command, context) =>
      (await import('./commands/activate.ts')).defineActivate(command, context),
  },
  {
    name: 'deactivate',
    summary: 'make a deployment unreachable and free what it uses',
    define: async (command, context) =>
      (await import('./commands/activate.ts')).defineDeactivate(command, context),
  },
  {
    name: 'secrets',
    summary: 'show the keys that secret values are sealed with, and rotate them',
    define: async (command, context) =>
      (await import('./commands/secrets.ts')).defineSecrets(command, context),
  },
  {
    name: 'simulate',
    summary: 'replay a trace of requests against scaling settings, without a platform',
    define: async (command, context) =>
      (await import('./commands/simulate.ts')).defineSimulate(command, context),
  },
  {
    name: 'completion',
    summary: 'print a script that completes commands in bash or zsh',
    define: async (command, context) =>
      (await import('./commands/completion.ts')).defineCompletion(command, context),
  },
  {
    name: 'version',
    summary: 'show the version of bl',
    define: async (command, context) =>
      (await import('./commands/version.ts')).defineVersion(command, context),
  },
];
