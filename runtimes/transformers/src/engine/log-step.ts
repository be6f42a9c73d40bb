/** Prints one step of the engine's life as one line of JSON on standard output. */
export function logStep(event: string, details: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(
    `${JSON.stringify({ time: new Date().toISOString(), level: 'info', event, ...details })}\n`,
  );
}
