export { type GatewayConfig, gatewaySettings } from './config.ts';
export { createGateway, type Gateway, type GatewayOptions } from './server.ts';
export { applyServerLimits, gatewayServerOptions } from './server-limits.ts';
