export { type GatewayConfig, gatewaySettings } from './config.ts';
export { listenForGateway } from './listen-for-gateway.ts';
export { createGateway, type Gateway, type GatewayOptions } from './server.ts';
