import { Agent, get } from 'node:http';
import type { CallKind, CallResult } from './call-result.ts';
import { refusedConnection, sendCall } from './send-call.ts';

/**
 * Callers of several gateways as a load balancer makes them: it asks each one's `/readyz` often, calls those that are
 * ready in turn, and takes another only when a connection was refused, that is before anything was sent.
 */
export interface Balancer {
  /** Sends one numbered call to a model of the workspace `default`. */
  send(model: string, kind: CallKind, number: number): Promise<CallResult>;
  close(): void;
}

const checkMs = 100;

export function openBalancer(options: {
  readonly gatewayUrls: readonly string[];
  readonly apiKey: string;
}): Balancer {
  const agent = new Agent({ keepAlive: true });
  const ready = new Set(options.gatewayUrls);
  let turn = 0;

  function check(url: string): void {
    const asked = get(`${url}/readyz`, { agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      if (response.statusCode === 200) ready.add(url);
      else ready.delete(url);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => ready.delete(url));
  }
  const timer = setInterval(() => options.gatewayUrls.forEach(check), checkMs);

  return {
    async send(model, kind, number) {
      const candidates = ready.size > 0 ? [...ready] : options.gatewayUrls;
      turn += 1;
      let result: CallResult | null = null;
      for (let offset = 0; offset < candidates.length; offset += 1) {
        const gateway = candidates[(turn + offset) % candidates.length];
        const url = `${gateway}/default/models/${model}`;
        result = await sendCall({ url, apiKey: options.apiKey, agent }, kind, number);
        if (result.problem !== refusedConnection) break;
      }
      return result ?? { number, kind, problem: 'there is no gateway', outcome: 'failed', pid: null };
    },
    close() {
      clearInterval(timer);
      agent.destroy();
    },
  };
}
