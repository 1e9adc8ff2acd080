// An HTTP API on this machine: routes requests to the bundled functions of a SAM template, as events of
// payload format 2.0. Its arguments: the folder of the template.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { text } from 'node:stream/consumers';
import { functionsOf, readTemplate } from './readTemplate.mjs';

const RECORDED = JSON.parse(readFileSync(join(import.meta.dirname, 'httpApiEvent.json'), 'utf8'));

const [folder] = process.argv.slice(2);
const routes = await Promise.all(functionsOf(readTemplate(folder)).map(loadRoutes));

createServer(async (req, res) => {
  const { pathname } = new URL(req.url, 'http://localhost');
  const route = routes.flat().find(({ pattern }) => pattern.test(pathname));
  if (!route) return res.writeHead(404).end(JSON.stringify({ message: 'Not Found' }));
  const result = await route.handler(eventOf(req, await text(req), route.key), {});
  const { statusCode, headers, cookies, body } = structuredOf(result);
  res.writeHead(statusCode, { ...headers, ...(cookies && { 'set-cookie': cookies }) }).end(body);
}).listen(process.env.PORT, 'localhost');

async function loadRoutes({ CodeUri, Handler, routes: events }) {
  const [file, name] = Handler.split('.');
  const { [name]: handler } = await import(pathToFileURL(join(folder, CodeUri, `${file}.mjs`)));
  return events.map(({ Method, Path }) => ({
    key: `${Method} ${Path}`,
    pattern: new RegExp(`^${Path.replace('{proxy+}', '.+')}$`),
    handler,
  }));
}

/** The recorded event, with what differs in this request. */
function eventOf(req, body, routeKey) {
  const [rawPath, rawQueryString = ''] = req.url.split('?');
  const { cookie, ...headers } = req.headers;
  const http = { ...RECORDED.requestContext.http, method: req.method, path: rawPath };
  const { host, 'x-forwarded-for': forwarded } = RECORDED.headers;
  return {
    ...RECORDED,
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookie && { cookies: cookie.split('; ') }),
    headers: { ...RECORDED.headers, ...headers, host, 'x-forwarded-for': forwarded },
    requestContext: { ...RECORDED.requestContext, http, routeKey },
    ...(body !== '' && { body }),
  };
}

/** A result without a status is the body of a 200. */
function structuredOf(result) {
  if (result?.statusCode !== undefined) return result;
  const headers = { 'content-type': 'application/json' };
  return { statusCode: 200, headers, body: JSON.stringify(result) };
}
