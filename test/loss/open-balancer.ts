import { Agent, get } from 'node:http';
import type { CallResult } from './call-result.ts';
import { type CallTarget, refusedConnection } from './post-body.ts';

/**
 * Callers of several gateways as a load balancer makes them: it asks each one's `/readyz` often, calls those that are
 * ready in turn, and takes another, even one that was not ready, only when a connection was refused, that is before
 * anything was sent.
 */
export interface Balancer {
  /** Has a call to a model of the workspace `default` sent to one gateway, or to the next. */
  send(model: string, call: (target: CallTarget) => Promise<CallResult>): Promise<CallResult>;
  close(): void;
}

const checkMs = 100;

export function openBalancer(options: {
  readonly gatewayUrls: readonly [string, ...string[]];
  readonly apiKey: string;
}): Balancer {
  const { gatewayUrls, apiKey } = options;
  const agent = new Agent({ keepAlive: true });
  const ready = new Set<string>(gatewayUrls);
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
  const timer = setInterval(() => gatewayUrls.forEach(check), checkMs);

  return {
    async send(model, call) {
      turn += 1;
      const first = turn % gatewayUrls.length;
      const inTurn = [...gatewayUrls.slice(first), ...gatewayUrls.slice(0, first)];
      const others = inTurn.filter((url) => !ready.has(url));
      const [gateway = gatewayUrls[0], ...next] = [...inTurn.filter((url) => ready.has(url)), ...others];
      const to = (url: string) => call({ url: `${url}/default/models/${model}`, apiKey, agent });
      let result = await to(gateway);
      for (const other of next) {
        if (result.problem !== refusedConnection) break;
        result = await to(other);
      }
      return result;
    },
    close() {
      clearInterval(timer);
      agent.destroy();
    },
  };
}
