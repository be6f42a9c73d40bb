/** As root, nginx would give its workers to an account that may not enter the benchmark's directory. */
const account = process.getuid?.() === 0 ? 'user root;' : '';

const common = (directory: string, http: string, workers = 1) => `
${account}
daemon off;
master_process ${workers > 1 ? 'on' : 'off'};
worker_processes ${workers};
pid ${directory}/nginx.pid;
error_log /dev/null crit;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  keepalive_requests 1000000000;
  client_max_body_size 0;
${http}
}
`;

/** A model server that costs next to nothing: it answers every request with the same few bytes. */
export const upstreamConfig = (directory: string, socketPath: string, port: number) =>
  common(
    directory,
    `  server {
    listen unix:${socketPath};
    listen 127.0.0.1:${port};
    default_type application/json;
    location / { return 200 '[{"label":"a","score":0.9}]'; }
  }`,
  );

/**
 * The reverse proxy that we are measured against: kept-alive upstream connections, nothing buffered, no log. Several
 * workers share the port as ours do.
 */
export const proxyConfig = (directory: string, port: number, toy: string, streams: string, workers = 1) =>
  common(
    directory,
    `  upstream toy { server unix:${toy}; keepalive 256; keepalive_requests 1000000000; }
  upstream streams { server unix:${streams}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port}${workers > 1 ? ' reuseport' : ''};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Request-Id $request_id;
    proxy_buffering off;
    proxy_request_buffering off;
    location /acme/models/toy { proxy_pass http://toy/; }
    location /acme/models/streams { proxy_pass http://streams/; }
  }`,
    workers,
  );
